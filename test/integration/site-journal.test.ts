// What a site writes into its journals: events, what people change by every door, refusals; and what it costs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { loggedProcesses, tellRefusal } from '#host';
import type { JournalDelivery, JournalRecord } from '#model/link';
import { siteFolders } from '#model/site';
import { systemClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { openDelivery, openJournal, openSupportLog } from '#services/journal';
import { bringUp, eventually, testSite } from './site.fixture.ts';

const site = testSite('journal');
const folders = siteFolders(site.data);

before(() => bringUp(site, '--runtime', 'simulated'));
after(() => site.destroy());

/** Everything that would be delivered to a hub that knows nothing. */
async function delivered(): Promise<(JournalRecord & { stream: string })[]> {
  const positionsFile = `${site.data}/run/no-positions.json`;
  const delivery = openDelivery({ folder: folders.journals, positionsFile, clock: systemClock, log: memoryLog() });
  const records: (JournalRecord & { stream: string })[] = [];
  for (let batch: JournalDelivery | undefined; ; ) {
    batch = await delivery.next();
    if (!batch) break;
    const { stream } = batch;
    records.push(...batch.records.map((record) => ({ ...record, stream })));
    delivery.acknowledged(stream, batch.records.at(-1)?.sequence ?? 0);
  }
  delivery.close();
  fs.rmSync(positionsFile, { force: true });
  return records;
}
const audits = async (): Promise<Record<string, unknown>[]> =>
  (await delivered()).filter(({ kind }) => kind === 'audit').map(({ body }) => body);

test('events, and what people change by kubectl and by the command line, are in the journal', async () => {
  await site.kubectl('create', 'configmap', 'colours', '--from-literal=secret=hunter2');
  const { code } = await site.holdfast('user', 'create', 'anna');
  assert.equal(code, 0);
  // The command line answers when its record is on the disk.
  const acts = await audits();
  assert.ok(acts.some(({ act, name, outcome }) => act === 'user-create' && name === 'anna' && outcome !== 'error'));
  const made = await eventually('the record of the change', async () =>
    (await audits()).find(({ act, name }) => act === 'change' && name === 'colours'),
  );
  const { address, ...rest } = made;
  assert.equal(typeof address, 'string');
  assert.deepEqual(rest, {
    act: 'change',
    door: 'kubernetes',
    user: 'kubernetes-admin',
    verb: 'create',
    resource: 'v1/configmaps',
    namespace: 'default',
    name: 'colours',
    code: 201,
  });
  const records = await delivered();
  assert.ok(records.some(({ kind, body }) => kind === 'event' && body.reason === 'Ready'));
  assert.doesNotMatch(JSON.stringify(records), /hunter2|PRIVATE KEY/);
  // What the site does by itself is no audit: deployments make pods, nodes write their status.
  const users = new Set((await audits()).map(({ user }) => user).filter((user) => user !== undefined));
  assert.deepEqual([...users], ['kubernetes-admin']);
  assert.deepEqual(
    records.filter(({ kind }) => kind === 'telemetry'),
    [],
  );
});

test('a refusal of the command line is audited, and usage is asked for', async () => {
  await tellRefusal(folders, { operation: 'site-settings', plane: 'hub', mode: 'SemiConnected' });
  assert.ok((await audits()).some(({ act, operation }) => act === 'refused' && operation === 'site-settings'));
  const usage = await site.holdfast('usage', '--json');
  assert.equal(usage.code, 0, usage.stderr);
  assert.deepEqual(JSON.parse(usage.stdout), { days: [] });
});

test('the logs of a real site make a bundle that holds no secret and fits', async () => {
  const process = 'asked';
  const of = { clock: systemClock, log: memoryLog(), positionsFile: folders.journalPositions };
  const random = (): string => '0'.repeat(8);
  const journal = openJournal({ ...of, folder: folders.journal(process), process, told: () => undefined, random });
  const supportLog = openSupportLog({
    ...of,
    journal,
    eventsFile: folders.eventsFile,
    answeredFile: `${folders.link}/answered.json`,
    logs: () => loggedProcesses(folders).map((name) => ({ name, file: folders.log(name) })),
    status: () => site.status(),
  });
  await supportLog.asked([{ id: 'r-1', kind: 'support-log' }]);
  await journal.close();
  const bodies = (await delivered()).filter(({ stream }) => stream.startsWith('asked/')).map(({ body }) => body);
  assert.equal(bodies.at(-1)?.request, 'r-1');
  assert.equal(bodies.at(-1)?.parts, bodies.length - 1);
  const packed = bodies.slice(0, -1).map(({ text }) => String(text));
  const text = gunzipSync(Buffer.from(packed.join(''), 'base64')).toString();
  const bundle = JSON.parse(text) as { status: { phase: string }; logs: Record<string, string>; events: string };
  assert.equal(bundle.status.phase, 'Ready');
  assert.match(bundle.events, /"reason":"Ready"/);
  assert.match(bundle.logs.kube ?? '', /the API answers/);
  assert.doesNotMatch(text, /PRIVATE KEY|hunter2/);
});

test('what was appended survives the death of every process, and stopping is told before it is done', async () => {
  const pids = (await site.status()).processes.filter(({ name }) => ['holdfastd', 'kube', 'services'].includes(name));
  assert.equal(pids.length, 3);
  const before = await delivered();
  for (const { pid } of pids) process.kill(pid, 'SIGKILL');
  await bringUp(site);
  await site.kubectl('delete', 'configmap', 'colours');
  const after = await eventually('the record of the deletion', async () => {
    const records = await delivered();
    return records.some(({ body }) => body.verb === 'delete' && body.name === 'colours') && records;
  });
  const key = ({ stream, sequence }: { stream: string; sequence: number }): string => `${stream} ${sequence}`;
  const there = new Map(after.map((record) => [key(record), record]));
  assert.equal(there.size, after.length, 'no number twice');
  for (const record of before) assert.deepEqual(there.get(key(record)), record);
  assert.equal((await site.holdfast('down')).code, 0);
  const stopped = await audits();
  assert.ok(stopped.some(({ act }) => act === 'stop'));
});
