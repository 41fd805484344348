// Steps that fail do not keep the others from being done, and are all told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorldError } from '#base';
import { everyStep } from './every-step.ts';

test('every step is done, and what failed is told at the end, with every cure once', async () => {
  const steps = everyStep();
  const done: string[] = [];
  const fails = (message: string, cure: string) => (): void => {
    done.push(message);
    throw new WorldError('Failed', message, { cure });
  };
  assert.equal(await steps.step(fails('a mount stays', 'look at it')), false);
  assert.equal(await steps.step(async () => void done.push('fine')), true);
  assert.equal(await steps.step(fails('a link stays', 'look at it')), false);
  assert.deepEqual(done, ['a mount stays', 'fine', 'a link stays']);
  assert.ok(steps.failed());
  assert.throws(
    () => steps.finish(),
    (error) =>
      error instanceof WorldError &&
      error.message === 'a mount stays\na link stays' &&
      error.details.cure === 'look at it; run this again',
  );
});

test('when nothing failed, nothing is thrown', async () => {
  const steps = everyStep();
  await steps.step(() => undefined);
  assert.equal(steps.failed(), false);
  steps.finish();
});
