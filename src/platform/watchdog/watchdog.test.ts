// The lines as the program reads them, what counts as an answer, and the fake. test/integration/watchdog has the program itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeWatchdog } from './index.ts';
import { orderLine, parseAnswer, stateLine, stateOf, targetsLine } from './wire.ts';

const TARGETS = { volumes: ['/a/volumes'], groups: ['/a/b', '/a/c'], mountsBelow: ['/data/x "y"'], links: ['c0'] };

test('keys stand where the program looks for them, and a deadline is never rounded up', () => {
  assert.equal(orderLine(1, { do: 'arm', until: 1234.9, id: 7 }), '{"do":"arm","seq":1,"untilMs":1234,"id":7}\n');
  assert.equal(
    orderLine(2, { do: 'arm', until: 'unbounded', id: 7 }),
    '{"do":"arm","seq":2,"unbounded":true,"id":7}\n',
  );
  assert.equal(orderLine(3, { do: 'arm', until: -5, id: 7 }), '{"do":"arm","seq":3,"untilMs":0,"id":7}\n');
  assert.equal(orderLine(4, { do: 'fire' }), '{"do":"fire","seq":4}\n');
  assert.equal(stateLine(5), '{"do":"state","seq":5}\n');
  assert.equal(
    targetsLine(6, TARGETS),
    '{"do":"targets","seq":6,"volumes":["/a/volumes"],"groups":["/a/b","/a/c"],"mountsBelow":["/data/x \\"y\\""],"links":["c0"]}\n',
  );
});

test('a state is taken whole or not at all', () => {
  const line =
    '{"seq":8,"state":"fired","untilMs":5,"id":1,"fired":{"times":1,"killed":2,"aborted":0,"linksDown":1},"clean":true';
  assert.deepEqual(stateOf(parseAnswer(`${line},"realTime":false}`)), {
    state: 'fired',
    untilMs: 5,
    id: 1,
    fired: { times: 1, killed: 2, aborted: 0, linksDown: 1 },
    clean: true,
    realTime: false,
  });
  assert.throws(() => stateOf(parseAnswer(`${line}}`)), { code: 'Invalid' });
  assert.throws(() => parseAnswer(line), { code: 'Invalid' });
});

test('the fake holds what it is told, and can be out of reach', async () => {
  const watchdog = fakeWatchdog();
  watchdog.arm(500, 3);
  assert.deepEqual(watchdog.follows, { do: 'arm', until: 500, id: 3 });
  watchdog.clean = false;
  watchdog.runOut();
  const { state, untilMs, id, clean, fired } = await watchdog.state();
  assert.deepEqual({ state, untilMs, id, clean }, { state: 'fired', untilMs: 500, id: 3, clean: true });
  assert.equal(fired.times, 1);
  watchdog.arm('unbounded', 3);
  assert.equal((await watchdog.state()).state, 'holding');
  watchdog.reachable = false;
  assert.equal(watchdog.follows, undefined);
  await assert.rejects(watchdog.state(), { code: 'Unavailable' });
});
