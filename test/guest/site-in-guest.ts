// A site in a guest, asked as a person at its terminal would ask: holdfast, kubectl, systemctl, and the kernel's own files.
import type { Site, SiteStatus } from '#model/site';
import { eventually } from '../integration/site.fixture.ts';
import { AGENT_UNIT, REPOSITORY } from './debian-root.ts';
import type { Guest, Said } from './guest.ts';

export const DATA = '/var/lib/holdfast';
/** Emulated, everything takes ten to thirty times as long. */
export const SLOW_MS = 300_000;
const POD = 'keeper';

export interface UnitState {
  readonly ActiveState: string;
  readonly SubState: string;
  readonly Result: string;
  readonly LoadState: string;
}

export class SiteInGuest {
  readonly guest: Guest;

  constructor(guest: Guest) {
    this.guest = guest;
  }

  holdfast(args: string): Promise<Said> {
    return this.guest.run(`cd ${REPOSITORY} && ./holdfast ${args}`);
  }

  async kubectl(args: string): Promise<string> {
    return this.guest.ask(`${REPOSITORY}/bin/kubectl --kubeconfig ${DATA}/pki/admin.kubeconfig ${args}`);
  }

  async apply(manifest: string): Promise<void> {
    await this.kubectl(`apply -f - <<'END'\n${manifest}\nEND`);
  }

  async status(): Promise<SiteStatus> {
    return JSON.parse((await this.holdfast('status --json')).stdout) as SiteStatus;
  }

  async site(): Promise<Site> {
    return JSON.parse(await this.guest.ask(`cat ${DATA}/site.json`)) as Site;
  }

  /** Values of a group's control files, "absent" where there is none. */
  async group(path: string, files: readonly string[]): Promise<string[]> {
    const each = files.map((file) => `cat /sys/fs/cgroup${path}/${file} 2> /dev/null || echo absent`);
    return (await this.guest.ask(each.join('\n'))).split('\n');
  }

  /** Every process that was started for the site, with its control group: "group command". */
  async processes(): Promise<string[]> {
    const said = await this.guest.ask(`for file in $(grep -ls ${DATA} /proc/[0-9]*/cmdline); do
      echo "$(sed s/^0::// $(dirname $file)/cgroup 2> /dev/null) $(tr '\\0' ' ' < $file 2> /dev/null)"
    done`);
    return said.split('\n').filter((line) => line.trim() !== '');
  }

  /** Processes in the control group of the unit from which everything by hand is started. */
  async besideAgent(): Promise<string[]> {
    const said = await this.guest.ask(
      `for pid in $(cat /sys/fs/cgroup/system.slice/${AGENT_UNIT}/cgroup.procs); do tr '\\0' ' ' < /proc/$pid/cmdline; echo; done`,
    );
    return said.split('\n').filter((command) => command.trim() !== '' && !/guest-agent|^cat |^tr /.test(command));
  }

  async unit(name: string): Promise<UnitState> {
    const said = await this.guest.ask(`systemctl show -p ActiveState,SubState,Result,LoadState ${name}`);
    return Object.fromEntries(said.split('\n').map((line) => line.split('=') as [string, string])) as never;
  }

  /** Waits until the unit has brought the site up, or has failed to. */
  unitSettled(name: string): Promise<UnitState> {
    return eventually(
      `${name} settles`,
      async () => {
        const state = await this.unit(name);
        return !['activating', 'deactivating'].includes(state.ActiveState) && state;
      },
      SLOW_MS,
    );
  }

  /** Identities of the boots in which the pod has run, as it wrote them to its volume; waits until it has in this one. */
  bootsKept(): Promise<string[]> {
    return eventually(
      'the pod runs and has written to its volume',
      async () => {
        const boot = await this.guest.ask('cat /proc/sys/kernel/random/boot_id');
        const kept = (await this.kubectl(`exec ${POD} -- /bin/busybox cat /kept/boots`)).split('\n');
        return kept.at(-1) === boot && kept;
      },
      SLOW_MS,
    );
  }
}

/** A pod that writes, on a volume, in which boots of the machine it ran; what it has synced no power cut may take. */
export const podWithVolume = (image: string): string => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: kept }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
---
apiVersion: v1
kind: Pod
metadata: { name: ${POD} }
spec:
  terminationGracePeriodSeconds: 5
  containers:
    - name: main
      image: ${image}
      command:
        - /bin/busybox
        - sh
        - -c
        - >
          trap exit TERM;
          /bin/busybox dd if=/proc/sys/kernel/random/boot_id of=/kept/boots oflag=append conv=notrunc,fsync;
          /bin/busybox sleep 1000000 & wait
      volumeMounts: [{ name: kept, mountPath: /kept }]
  volumes: [{ name: kept, persistentVolumeClaim: { claimName: kept } }]`;
