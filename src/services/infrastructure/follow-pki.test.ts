// Changed certificates are taken up, only where something differs, and a failure is tried again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { followPki } from './follow-pki.ts';
import { FOLLOW_EVERY_MS } from './limits.ts';
import { ensurePki, markChanged } from './pki.ts';
import { SITE, START, trialPki } from './site.fixture.ts';

test('what was renewed is taken up, what was not is left alone, and what fails is tried again', async () => {
  const trial = trialPki(testFolder('pki'));
  const { folders, clock } = trial;
  await ensurePki({ site: SITE, folders, now: START });
  const log = memoryLog();
  const follower = followPki({ folder: folders.pki, clock, log });
  const { pki } = follower;
  const taken: string[] = [];
  let failing = false;
  follower.follow(
    () => pki.leaf('supervisor'),
    pki.leaf('supervisor'),
    ({ certPem }) => {
      if (failing) throw new Error('not now');
      taken.push(certPem);
    },
  );
  let looks = 0;
  follower.onChange(() => looks++);
  await clock.advance(2 * FOLLOW_EVERY_MS);
  const before = looks;
  await ensurePki({ site: SITE, folders, now: START, wanted: new Set(['services']) });
  await clock.advance(2 * FOLLOW_EVERY_MS);
  assert.ok(looks > before, 'it has looked');
  assert.deepEqual(taken, [], 'and found nothing of its own');

  failing = true;
  await ensurePki({ site: SITE, folders, now: START, wanted: new Set(['supervisor']) });
  await clock.advance(2 * FOLLOW_EVERY_MS);
  assert.ok(log.lines.some((line) => line.includes('changed certificates cannot be taken up')));
  failing = false;
  await clock.advance(2 * FOLLOW_EVERY_MS);
  assert.deepEqual(taken, [pki.leaf('supervisor').certPem]);

  follower.close();
  const closed = looks;
  markChanged(folders.pki);
  await clock.advance(2 * FOLLOW_EVERY_MS);
  assert.equal(looks, closed);
  trial.remove();
});
