// Events are counted, folded and limited.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceOf } from '#client';
import type { Event, Pod } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { fakeClient } from './client.fake.ts';
import { eventRecorder } from './event-recorder.ts';

const pods = resourceOf<Pod>('', 'v1', 'pods');
const events = resourceOf<Event>('', 'v1', 'events');

async function world() {
  const clock = fakeClock();
  const client = fakeClient({ clock });
  const recorder = eventRecorder({ client, clock, log: memoryLog(), component: 'tester' });
  const pod = await client.create(pods, { metadata: { namespace: 'n', name: 'p' } });
  const note = (message: string) => recorder.recordEvent(pods, pod, { type: 'Warning', reason: 'Bad', message });
  const written = async () => {
    await recorder.flush();
    return (await client.list(events)).items;
  };
  return { clock, note, written, pod };
}

test('the same again is counted on the event that is there', async () => {
  const { clock, note, written, pod } = await world();
  note('first');
  await clock.advance(5000);
  note('first');
  note('second');
  const list = await written();
  assert.deepEqual(
    list.map((e) => [e.message, e.count]),
    [
      ['first', 2],
      ['second', 1],
    ],
  );
  assert.deepEqual(list[0]?.source, { component: 'tester' });
  assert.equal(list[0]?.involvedObject.uid, pod.metadata?.uid);
  assert.notEqual(list[0]?.firstTimestamp, list[0]?.lastTimestamp);
});

test('many different messages of one kind become one event', async () => {
  const { note, written } = await world();
  for (let i = 0; i < 15; i++) note(`attempt ${i}`);
  const list = await written();
  assert.equal(list.length, 11);
  assert.equal(list.at(-1)?.message, '(combined from similar events): attempt 14');
  assert.equal(list.at(-1)?.count, 5);
});

test('an object that shouts is cut off, and gets its allowance back', async () => {
  const { clock, note, written } = await world();
  for (let i = 0; i < 40; i++) note('same');
  assert.equal((await written())[0]?.count, 25);
  await clock.advance(300_000);
  note('same');
  assert.equal((await written())[0]?.count, 41);
});
