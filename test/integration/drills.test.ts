// Drills on a real site with a pod on containerd: they pass, say what they saw, and put everything back, also when the command is killed
// in the middle. The pod asks the API all the while, is never refused, and is not touched.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { type ClockStatus, type DrillReport, type LinkStatus, type ListedCertificate, siteFolders } from '#model/site';
import { testFolder } from '#platform/process';
import { eventsOf } from '../faults/events.fixture.ts';
import { bringUp, eventually, HOME, ran, testSite } from './site.fixture.ts';
import { type RunningPod, startTokenPod } from './token-pod.fixture.ts';

const YEAR_MS = 365 * 86_400_000;
const site = testSite('drill');
const folders = siteFolders(site.data);
const hubFolder = testFolder('dhub');
const hub = (...args: string[]) =>
  ran(path.join(HOME, 'holdfast'), ['hub', ...args, '--data', path.join(hubFolder, 'h')]);
let pod: RunningPod;
before(async () => {
  const { code, stderr } = await hub('up', '--port', '0');
  assert.equal(code, 0, stderr);
  await bringUp(site);
  pod = await startTokenPod(site);
});
afterEach(async () => {
  await pod.answered('the drill is over');
  await pod.untouched('the drill is over');
  await eventually('the site is Ready', async () => (await site.status()).phase === 'Ready');
});
after(async () => {
  await site.destroy();
  await hub('down');
  fs.rmSync(hubFolder, { recursive: true });
});

const clock = async (): Promise<ClockStatus> =>
  JSON.parse((await site.holdfast('clock', '--json')).stdout) as ClockStatus;

/** The report of a drill that passed; the same stands in the data folder. */
async function passed(name: string, ...args: string[]): Promise<DrillReport> {
  const { code, stdout, stderr } = await site.holdfast('drill', 'run', name, '--yes', '--json', ...args);
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout) as DrillReport;
  assert.deepEqual([report.drill, report.verdict, report.restored], [name, 'passed', true]);
  const kept = path.join(folders.drillReports, `${report.startedAt}-${name}.json`);
  assert.deepEqual(JSON.parse(fs.readFileSync(kept, 'utf8')), report);
  assert.ok(!fs.existsSync(folders.drillFile), 'nothing is left to put back');
  return report;
}

/** How often something was put back that no drill put back itself. */
const putBack = (): number => eventsOf(site).filter((event) => event.endsWith('DrillPutBack')).length;
const said = ({ steps }: DrillReport): string => steps.map(({ what }) => what).join('\n');

test('clock-jump passes, whatever the seed chooses, and the clock is trusted again', { timeout: 240_000 }, async () => {
  for (const seed of ['0', '1', '2', '3']) {
    const report = await passed('clock-jump', '--seed', seed);
    assert.equal(report.seed, Number(seed));
    assert.match(said(report), /ClockTrusted is False: the system clock says [\s\S]*ClockTrusted is True/);
    assert.ok(report.figures.noticedMs !== undefined && report.figures.trustedAgainMs !== undefined);
    const { trusted, offsetMs } = await clock();
    assert.ok(trusted && Math.abs(offsetMs) < 60_000, `${seed}: the site's time is the machine's`);
  }
});

test('certificate-expiry issues every leaf anew, and no request fails', { timeout: 240_000 }, async () => {
  const listed = async () =>
    (
      JSON.parse((await site.holdfast('certificates', 'list', '--json')).stdout) as {
        certificates: ListedCertificate[];
      }
    ).certificates;
  const before = new Map((await listed()).map(({ name, fingerprint }) => [name, fingerprint]));
  const report = await passed('certificate-expiry');
  assert.match(said(report), /has a successor before it ends[\s\S]*new serial numbers[\s\S]*all answered/);
  for (const { name, holder, fingerprint } of await listed())
    assert.equal(fingerprint === before.get(name), holder === 'site', name);
});

test('a certificate-expiry whose command is killed leaves every certificate good', { timeout: 120_000 }, async () => {
  const shown = (): string => fs.readFileSync(path.join(folders.pki, 'apiserver.pem'), 'utf8');
  const before = shown();
  const drill = ['drill', 'run', 'certificate-expiry', '--yes', '--data', site.data];
  const command = spawn(path.join(HOME, 'holdfast'), drill, { stdio: 'ignore' });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => command.once('exit', (_, signal) => resolve(signal)));
  await eventually('certificates are issued anew', async () => shown() !== before);
  command.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL', 'it was killed in the middle');
  await eventually('nothing is left to put back', async () => !fs.existsSync(folders.drillFile));
  assert.equal(putBack(), 1, 'and it was told');
  await passed('certificate-expiry');
});

test('a clock-jump whose command is killed is put back', { timeout: 120_000 }, async () => {
  const command = spawn(path.join(HOME, 'holdfast'), ['drill', 'run', 'clock-jump', '--yes', '--data', site.data], {
    stdio: 'ignore',
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => command.once('exit', (_, signal) => resolve(signal)));
  const shifted = await eventually('the clock jumps', async () => {
    const now = await clock();
    return Math.abs(now.offsetMs) > YEAR_MS && now;
  });
  assert.equal(shifted.tentative?.kind, 'system-jump');
  const record = JSON.parse(fs.readFileSync(folders.drillFile, 'utf8')) as { owner: { pid: number } };
  assert.equal(record.owner.pid, command.pid, 'what is on disk names the command');
  command.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL', 'it was killed in the middle');
  await eventually('it is put back', async () => {
    const { trusted, offsetMs } = await clock();
    return trusted && Math.abs(offsetMs) < 60_000;
  });
  assert.ok(!fs.existsSync(folders.drillFile));
  assert.equal(putBack(), 2, 'and it was told');
});

test('a holdfastd that is killed in the middle puts back what it finds', { timeout: 120_000 }, async () => {
  const drilling = site.holdfast('drill', 'run', 'clock-jump', '--yes', '--json');
  await eventually('the clock jumps', async () => Math.abs((await clock()).offsetMs) > YEAR_MS);
  const lock = JSON.parse(fs.readFileSync(folders.supervisorLock, 'utf8')) as { pid: number };
  process.kill(lock.pid, 'SIGKILL');
  const { code, stdout } = await drilling;
  const report = JSON.parse(stdout) as DrillReport;
  assert.deepEqual([code, report.verdict], [1, 'failed']);
  assert.match(said(report), /^failed: the jump was taken back in the middle/m);
  await eventually('it is put back', async () => (await clock()).trusted && !fs.existsSync(folders.drillFile));
  await eventually('the site is Ready', async () => (await site.status()).phase === 'Ready');
});

const link = async (): Promise<LinkStatus> =>
  JSON.parse((await site.holdfast('link', 'status', '--json')).stdout) as LinkStatus;

test('link-loss of a site without a hub looks at its own work alone', { timeout: 120_000 }, async () => {
  const report = await passed('link-loss');
  assert.match(said(report), /never activated[\s\S]*reads it back\nthe registry answers/);
  const { stderr } = await site.kubectlRan(['get', 'namespace', 'holdfast-drill']);
  assert.match(stderr, /not found/, 'its namespace is gone');
});

test('link-loss with a hub: the site works, the hub gets what it missed', { timeout: 300_000 }, async () => {
  const { stdout, stderr } = await hub('token', '--json');
  const { url, token } = JSON.parse(stdout) as { url: string; token: string };
  const joined = await site.holdfast('link', 'activate', '--hub', url, '--token', token, '--plane', 'local');
  assert.equal(joined.code, 0, `${joined.stderr}${stderr}`);
  await eventually('the link is open', async () => (await link()).connection.state === 'open');
  const report = await passed('link-loss');
  assert.match(
    said(report),
    /is cut\n[\s\S]*journal goes on[\s\S]*no contact since[\s\S]*it would be SemiConnected at/,
  );
  assert.match(said(report), /the hub answered at [\s\S]*the hub has the journal up to/);
  assert.ok((report.figures.reconnectMs ?? 0) > 0 && (report.figures.deliveredMs ?? -1) >= 0);
});

test('a link-loss whose command is killed gives the link back', { timeout: 120_000 }, async () => {
  const command = spawn(path.join(HOME, 'holdfast'), ['drill', 'run', 'link-loss', '--yes', '--data', site.data], {
    stdio: 'ignore',
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => command.once('exit', (_, signal) => resolve(signal)));
  const restored = () => eventsOf(site).filter((event) => event.endsWith('LinkRestored')).length;
  const cut = () => eventsOf(site).filter((event) => event.endsWith('LinkCut')).length;
  const before = restored();
  await eventually('the link is cut', async () => cut() === before + 1);
  command.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL');
  await eventually('the link is open again', async () => {
    const { cut: isCut, connection } = await link();
    return !isCut && connection.state === 'open' && restored() === before + 1;
  });
  await eventually('nothing is left to put back', async () => !fs.existsSync(folders.drillFile));
});

test('nobody is drilled unasked, and no drill is guessed', async () => {
  const unasked = await site.holdfast('drill', 'run', 'clock-jump');
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /drill run clock-jump --yes/);
  const unknown = await site.holdfast('drill', 'run', 'clock-jmp', '--yes');
  assert.equal(unknown.code, 5);
  assert.match(unknown.stderr, /did you mean clock-jump/);
  const list = await site.holdfast('drill', 'list', '--json');
  const { drills } = JSON.parse(list.stdout) as { drills: { name: string }[] };
  assert.deepEqual(drills.map(({ name }) => name).sort(), [
    'certificate-expiry',
    'clock-jump',
    'link-loss',
    'node-loss',
    'wire-cut',
    'witness-loss',
  ]);
  const ofTwo = await site.holdfast('drill', 'run', 'node-loss', '--yes');
  assert.notEqual(ofTwo.code, 0);
  assert.match(ofTwo.stderr, /needs a site of two nodes/);
});
