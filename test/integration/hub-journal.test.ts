// A site's journal and a real hub: everything arrives once and in order, also when the hub is set back, and a log that the hub
// asks for ends what it asks.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import type { JournalDelivery } from '#model/link';
import { systemClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { type Delivery, openDelivery, openJournal, openSupportLog } from '#services/journal';
import { enrolled, type TestHub, type TestSite, testHub } from './hub.fixture.ts';

const folder = testFolder('hub-journal');
const of = { clock: systemClock, log: memoryLog(), positionsFile: `${folder}/positions.json` };
const process = 'kube';
const open = () =>
  openJournal({
    ...of,
    process,
    folder: `${folder}/journal/${process}`,
    random: () => crypto.randomUUID().slice(0, 8),
    told: () => undefined,
    bytesMax: () => 1024 * 1024,
  });
let hub: TestHub;
let site: TestSite;
before(async () => {
  hub = await testHub();
  site = await enrolled(hub, 'id-journal', 'ship');
});
after(async () => {
  await hub.close();
  fs.rmSync(folder, { recursive: true });
});

/** As the link does it: the hub's word first, then whatever it lacks. */
async function carry(delivery: Delivery): Promise<void> {
  delivery.positions((await site.heartbeat()).body.journal);
  for (let batch: JournalDelivery | undefined; ; ) {
    batch = await delivery.next();
    if (!batch) return;
    const { status, body } = await site.deliver(batch.stream, batch.records);
    assert.equal(status, 200, JSON.stringify(body));
    delivery.acknowledged(batch.stream, body.acknowledged);
  }
}
const told = async (kind?: 'audit' | 'event') =>
  (await hub.hub.operator.journal('ship', { kind, after: 0, limit: 1000 })).map(({ sequence, body }) => ({
    sequence,
    n: body.n,
  }));

test('what was appended arrives at a hub once, also after it was restored from a backup', async () => {
  const journal = open();
  const delivery = openDelivery({ ...of, folder: `${folder}/journal` });
  const append = async (from: number, to: number): Promise<void> => {
    for (let n = from; n <= to; n++) {
      void journal.append('telemetry', { n: -n, text: 'x'.repeat(4000) });
      await journal.append('audit', { n }, { durable: true });
    }
  };
  await append(1, 100);
  await carry(delivery);
  await hub.hub.stop();
  const backup = testFolder('hub-backup');
  fs.cpSync(hub.folder, backup, { recursive: true });
  await hub.restart();
  site.disconnect(hub.hub.port);
  // More than the journal may hold: room is made of what this hub has.
  await append(101, 400);
  await carry(delivery);
  await hub.hub.stop();
  fs.rmSync(hub.folder, { recursive: true });
  fs.cpSync(backup, hub.folder, { recursive: true });
  fs.rmSync(backup, { recursive: true });
  await hub.restart();
  site.disconnect(hub.hub.port);
  await append(401, 410);
  await carry(delivery);
  assert.deepEqual(
    (await told('audit')).map(({ n }) => n),
    Array.from({ length: 410 }, (_, i) => i + 1),
  );
  const sequences = (await told()).map(({ sequence }) => sequence);
  assert.deepEqual(
    sequences,
    [...new Set(sequences)].sort((a, b) => a - b),
  );
  delivery.close();
  await journal.close();
});

test('a log that the hub asks for arrives, and is not asked for again', async () => {
  const journal = open();
  const delivery = openDelivery({ ...of, folder: `${folder}/journal` });
  fs.writeFileSync(`${folder}/kube.log`, 'what kube said\n');
  const supportLog = openSupportLog({
    ...of,
    journal,
    eventsFile: `${folder}/none.jsonl`,
    answeredFile: `${folder}/answered.json`,
    logs: () => [{ name: 'kube', file: `${folder}/kube.log` }],
    status: () => Promise.resolve({ phase: 'Ready' }),
  });
  const id = await hub.hub.operator.requestLog('ship');
  for (let beat = 0; beat < 2; beat++) await supportLog.asked((await site.heartbeat()).body.requests);
  await carry(delivery);
  assert.equal((await site.heartbeat()).body.requests, undefined);
  const records = await hub.hub.operator.journal('ship', { kind: 'event', after: 0, limit: 100 });
  assert.equal(records.filter(({ body }) => body.request === id).length, 1);
  delivery.close();
  await journal.close();
});
