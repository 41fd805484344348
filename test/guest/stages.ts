// The stages of the job. Each is one life of the guest, on the disks that the one before left; how it ends belongs to the proof.
import type { SiteStatus } from '#model/site';
import { eventually } from '../integration/site.fixture.ts';
import type { Checks } from './checks.ts';
import { REPOSITORY } from './debian-root.ts';
import { listFiles, listState, newFiles, newState, readBefore, writeBefore } from './left-behind.ts';
import { checkMachineLimits, checkPodLimits } from './limits-in-force.ts';
import { checkOddPaths } from './odd-paths.ts';
import { IMAGE, IMAGE_ARCHIVE } from './repository-disk.ts';
import { DATA, podWithVolume, type SiteInGuest, SLOW_MS } from './site-in-guest.ts';

export interface StageInput {
  readonly of: SiteInGuest;
  readonly checks: Checks;
  /** A folder that outlasts the lives of the guest. */
  readonly home: string;
}

export interface Stage {
  readonly name: string;
  run(input: StageInput): Promise<void>;
  /** `reboot`: systemd takes the machine down. `cut`: QEMU is killed. */
  readonly end: 'reboot' | 'cut';
}

const UP = `up --timeout ${SLOW_MS / 1000}`;

export const unitOf = async (of: SiteInGuest): Promise<string> => `holdfast-${(await of.site()).id}.service`;

export async function bringUp({ of, checks }: StageInput): Promise<void> {
  const began = Date.now();
  const { code, stderr } = await of.holdfast(UP);
  checks.holds('`holdfast up` brings the site up', code === 0, stderr);
  checks.figure('upMs', Date.now() - began);
  checks.equal('nothing of the site runs in the group of who brought it up', await of.besideAgent(), []);
  const nodes = await of.kubectl(`get nodes --no-headers`);
  const ready = nodes.split('\n').filter((line) => /^node-a-(master|worker) +Ready /.test(line));
  checks.holds('kubectl sees both machines Ready', ready.length === 2, nodes);
}

/** The site is back after a start of the machine, by its unit alone. */
async function comesBack({ of, checks }: StageInput, boots: number): Promise<void> {
  const began = Date.now();
  const unit = await unitOf(of);
  const { ActiveState, Result } = await of.unitSettled(unit);
  checks.equal(
    'the unit has brought the site up',
    { ActiveState, Result },
    { ActiveState: 'active', Result: 'success' },
  );
  await eventually('the site is Ready', async () => (await of.status()).phase === 'Ready', SLOW_MS);
  checks.figure('readyAfterAgentMs', Date.now() - began);
  const kept = await of.bootsKept();
  checks.figure('podBackAfterAgentMs', Date.now() - began);
  checks.equal('the pod is there, and on its volume every boot in which it ran', new Set(kept).size, boots);
  await checkMachineLimits(of, checks);
  const group = await of.group(`/system.slice/${unit}`, ['cgroup.procs']);
  checks.holds("no process is left in the unit's own group", ['absent', ''].includes(group.join('')), group);
}

async function first(input: StageInput): Promise<void> {
  const { of, checks, home } = input;
  checks.equal('control groups are of version 2', await of.guest.ask('stat -fc %T /sys/fs/cgroup'), 'cgroup2fs');
  writeBefore(home, { files: await listFiles(of.guest) });
  await bringUp(input);
  await checkMachineLimits(of, checks);
  const door = await of.guest.run(`cd ${REPOSITORY} && sh scripts/node.sh --test src/platform/cgroup/cgroup.test.ts`);
  checks.holds('the tests of the door to control groups pass', door.code === 0, door.stdout);
  const imported = await of.holdfast(`image import ${IMAGE_ARCHIVE}`);
  checks.holds('an image is imported', imported.code === 0, imported.stderr);
  await of.apply(podWithVolume(IMAGE));
  checks.equal('a pod runs and writes to its volume', (await of.bootsKept()).length, 1);
  await checkPodLimits(of, checks);
  await install(input);
  await checkOddPaths(of.guest, checks);
}

export async function install({ of, checks }: StageInput): Promise<void> {
  const { code, stderr } = await of.holdfast('install');
  checks.holds('`holdfast install`', code === 0, stderr);
  const unit = await unitOf(of);
  const { ActiveState } = await of.unit(unit);
  checks.equal('the unit of a site that runs counts as started', ActiveState, 'active');
  checks.equal('the unit is enabled', (await of.guest.run(`systemctl is-enabled ${unit}`)).stdout.trim(), 'enabled');
  const verified = await of.guest.run(`systemd-analyze verify /etc/systemd/system/${unit}`);
  checks.holds(
    'systemd finds nothing wrong with the unit',
    verified.code === 0 && verified.stderr === '',
    verified.stderr,
  );
}

/** What systemd does meanwhile does not matter: the site's processes bring each other back where they were. */
async function survivesKill({ of, checks }: StageInput): Promise<void> {
  const pidOf = (status: SiteStatus): number | undefined =>
    status.processes.find(({ name }) => name === 'holdfastd')?.pid;
  const killed = pidOf(await of.status());
  await of.guest.ask(`systemctl daemon-reload && kill -9 ${killed}`);
  const after = await eventually(
    'holdfastd is back',
    async () => {
      const status = await of.status();
      return status.phase === 'Ready' && pidOf(status) !== killed && status;
    },
    SLOW_MS,
  );
  checks.holds('a killed holdfastd comes back', pidOf(after) !== undefined, after.processes);
  await checkMachineLimits(of, checks);
}

async function afterReboot(input: StageInput): Promise<void> {
  const { of, checks } = input;
  await comesBack(input, 2);
  const unit = await unitOf(of);
  const journal = await of.guest.ask(`journalctl --no-hostname -o short-monotonic -b -1 -u ${unit}`);
  checks.holds(
    'it was stopped in order before',
    /the site is stopped\n.*Deactivated successfully/.test(journal),
    journal,
  );
  checks.holds('and nothing went wrong', !/fail|timed out|left-over/i.test(journal), journal);
  await survivesKill(input);
  const began = Date.now();
  await of.guest.ask(`systemctl stop ${unit}`);
  checks.figure('stopMs', Date.now() - began);
  checks.equal('`systemctl stop` stops the site', (await of.status()).phase, 'Stopped');
  checks.equal('nothing of it runs on', await of.processes(), []);
  await of.guest.ask(`systemctl start ${unit}`);
  checks.equal('`systemctl start` brings it back', (await of.status()).phase, 'Ready');
  await of.bootsKept();
}

async function afterCut(input: StageInput): Promise<void> {
  const { of, checks } = input;
  await comesBack(input, 3);
  for (const asked of ['events --json', 'logs kube', 'image list --json']) {
    const answer = await of.holdfast(asked);
    checks.holds(`\`holdfast ${asked}\` answers`, answer.code === 0, answer.stderr);
  }
  const unit = await unitOf(of);
  const pids = (await of.status()).processes.map(({ pid }) => pid);
  const { code, stderr } = await of.holdfast('uninstall');
  checks.holds('`holdfast uninstall`', code === 0, stderr);
  const after = await of.status();
  checks.equal('leaves the site as it runs', [after.phase, after.processes.map(({ pid }) => pid)], ['Ready', pids]);
  checks.equal('systemd knows no such unit', (await of.unit(unit)).ActiveState, 'inactive');
}

async function afterUninstall(input: StageInput): Promise<void> {
  const { of, checks, home } = input;
  await of.guest.run('systemctl is-system-running --wait', SLOW_MS);
  checks.equal('the site does not come up', (await of.status()).phase, 'Stopped');
  checks.equal('nothing of it runs', await of.processes(), []);
  const state = await listState(of.guest);
  await bringUp(input);
  checks.equal('the pod and its volume are there', new Set(await of.bootsKept()).size, 4);
  const installed = await of.holdfast('install');
  checks.holds('a unit can be installed again', installed.code === 0, installed.stderr);
  const began = Date.now();
  const { code, stderr } = await of.holdfast('destroy --yes');
  checks.holds('`holdfast destroy --yes`', code === 0, stderr);
  checks.figure('destroyMs', Date.now() - began);
  checks.equal('nothing is left in the kernel', newState(await listState(of.guest), state), []);
  const { files } = readBefore(home);
  checks.equal('nor in files', newFiles(await listFiles(of.guest), files), []);
  checks.equal('nor in systemd', await of.guest.ask(`systemctl list-units --all --plain --no-legend 'holdfast*'`), '');
  checks.equal('the data folder is gone', (await of.guest.run(`test -e ${DATA}`)).code, 1);
}

export const STAGES: readonly Stage[] = [
  { name: 'up', run: first, end: 'reboot' },
  { name: 'reboot', run: afterReboot, end: 'cut' },
  { name: 'cut', run: afterCut, end: 'reboot' },
  { name: 'uninstall', run: afterUninstall, end: 'cut' },
];
