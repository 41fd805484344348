// A log file of glusterd's children that grows large is kept once more, and emptied in place.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { fakeClock } from '#platform/clock';
import { testFolder } from '#platform/process';
import { keepGlusterLogs } from './index.ts';
import { LOG_BYTES_MAX, LOGS_MS } from './limits.ts';

const folder = testFolder('gluster-logs');
after(() => fs.rmSync(folder, { recursive: true }));

test('large logs are kept small, those of bricks too, and nothing else is touched', async () => {
  fs.mkdirSync(path.join(folder, 'bricks'));
  const write = (name: string, bytes: number): void => fs.writeFileSync(path.join(folder, name), Buffer.alloc(bytes));
  write('cli.log', LOG_BYTES_MAX + 1);
  write('bricks/one.log', LOG_BYTES_MAX + 1);
  write('glustershd.log', 7);
  write('dump', LOG_BYTES_MAX + 1);
  const clock = fakeClock();
  const keeping = keepGlusterLogs({ folder, clock });
  await clock.advance(LOGS_MS);
  const bytes = (name: string): number => fs.statSync(path.join(folder, name)).size;
  assert.deepEqual(
    ['cli.log', 'cli.log.1', 'bricks/one.log', 'bricks/one.log.1', 'glustershd.log', 'dump'].map(bytes),
    [0, LOG_BYTES_MAX + 1, 0, LOG_BYTES_MAX + 1, 7, LOG_BYTES_MAX + 1],
  );
  keeping.stop();
});
