// The root disk of a guest: Debian 12 as its packages make it, with systemd as the first process, prepared for a site by the
// repository's own script while there is a way out, which the guest will not have. An agent in it runs what it is told over a
// virtio port.
import fs from 'node:fs';
import path from 'node:path';
import { sha256Of } from '#platform/digest';
import { runOrThrow } from '#platform/process';
import { HOME } from '../integration/site.fixture.ts';
import { makeExt4 } from './disks.ts';
import { copyInto, GUEST_CACHE, type Kernel } from './kernel.ts';

/** Where the guest has its copy of the repository. */
export const REPOSITORY = '/opt/holdfast';
/** Name of the port that the agent listens on. */
export const AGENT_PORT = 'holdfast.agent';
/** Unit of the agent; whatever it starts begins in this unit's control group. */
export const AGENT_UNIT = 'guest-agent.service';

const PACKAGES = ['systemd-sysv', 'udev', 'kmod', 'dbus', 'procps', 'etcd-server'];
/** Installs what a site needs, as on any machine; it finds the npm packages in place. */
const PREPARE = path.join(HOME, 'scripts/prepare.sh');
const ROOT_BYTES = 8 * 1024 * 1024 * 1024;
const BUILD_MS = 540_000;

/** Requests and answers are lines: "id base64-of-a-script" and "id exit-code =base64-of-output =base64-of-errors". */
const AGENT = `#!/bin/sh
exec 3<> /dev/virtio-ports/${AGENT_PORT}
echo "booted $(cat /proc/sys/kernel/random/boot_id)" >&3
while read -r id script <&3; do
  printf %s "$script" | base64 -d > /run/guest-agent.sh
  sh /run/guest-agent.sh > /run/guest-agent.out 2> /run/guest-agent.err < /dev/null 3>&-
  code=$?
  echo "$id $code =$(base64 -w0 /run/guest-agent.out) =$(base64 -w0 /run/guest-agent.err)" >&3
done
`;

const FILES: Readonly<Record<string, string>> = {
  '/etc/hostname': 'guest\n',
  '/etc/hosts': '127.0.0.1 localhost\n127.0.1.1 guest\n',
  '/etc/fstab': `/dev/vda / ext4 defaults 0 1\n/dev/vdb ${REPOSITORY} ext4 defaults 0 2\n`,
  '/etc/machine-id': '3b1f3f1c6c0e4d0f9f5b8c7d6e5f4a3b\n',
  // What happened before a reboot is asked for after it.
  '/var/log/journal/.keep': '',
  '/usr/local/sbin/guest-agent': AGENT,
  // Without the default dependencies: it shall not wait for what is being proved, nor be told to.
  [`/etc/systemd/system/${AGENT_UNIT}`]: `[Unit]
Description=Runs what the test outside says
After=local-fs.target

[Service]
ExecStart=/bin/sh /usr/local/sbin/guest-agent
Environment=HOME=/root

[Install]
WantedBy=multi-user.target
`,
};

/** As much of the repository as preparing a machine looks at. */
function layOut(folder: string): void {
  const lock = path.join(HOME, 'package-lock.json');
  copyInto(folder, PREPARE, 'scripts/prepare.sh');
  copyInto(folder, lock, 'package-lock.json');
  copyInto(folder, lock, 'node_modules/.holdfast-lock');
}

async function build(image: string, kernel: Kernel): Promise<void> {
  const aside = fs.mkdtempSync(path.join(GUEST_CACHE, 'new-'));
  const root = path.join(aside, 'root');
  try {
    layOut(path.join(aside, 'repository'));
    const hooks = [
      `mkdir -p "$1${REPOSITORY}"`,
      `sync-in ${path.join(aside, 'repository')} ${REPOSITORY}`,
      `chroot "$1" sh ${REPOSITORY}/scripts/prepare.sh runtime`,
      `rm -r "$1${REPOSITORY}" && mkdir "$1${REPOSITORY}"`,
    ].map((hook) => `--customize-hook=${hook}`);
    const packages = ['--variant=minbase', `--include=${PACKAGES.join(',')}`];
    const to = ['--format=directory', 'bookworm', root];
    await runOrThrow('mmdebstrap', [...packages, ...hooks, ...to], { timeoutMs: BUILD_MS });
    for (const [file, text] of Object.entries(FILES)) {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      fs.writeFileSync(path.join(root, file), text);
    }
    const modules = path.join(root, 'usr/lib/modules');
    fs.mkdirSync(modules, { recursive: true });
    await runOrThrow('cp', ['-a', '-t', modules, kernel.modules]);
    const within = (...command: string[]): Promise<string> => runOrThrow('chroot', [root, ...command]);
    await within('depmod', kernel.version);
    await within('systemctl', 'enable', AGENT_UNIT);
    await within('systemctl', 'mask', 'apt-daily.timer', 'apt-daily-upgrade.timer', 'etcd.service');
    await makeExt4(path.join(aside, 'root.raw'), ROOT_BYTES, ['-d', root]);
    fs.renameSync(path.join(aside, 'root.raw'), image);
  } finally {
    fs.rmSync(aside, { recursive: true });
  }
}

/** The path of the raw root disk, which must not be written to; built when what it is made of has changed. */
export async function debianRoot(kernel: Kernel): Promise<string> {
  const key = sha256Of(JSON.stringify([PACKAGES, FILES, kernel.version, fs.readFileSync(PREPARE, 'utf8')])).slice(
    7,
    19,
  );
  const image = path.join(GUEST_CACHE, `debian-${key}.raw`);
  if (fs.existsSync(image)) return image;
  for (const name of fs.readdirSync(GUEST_CACHE).filter((name) => /^debian-[0-9a-f]+\.raw$/.test(name)))
    fs.rmSync(path.join(GUEST_CACHE, name));
  console.error('building the root disk of Debian 12');
  await build(image, kernel);
  return image;
}
