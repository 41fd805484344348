// Runs the whole test suite: house checks, unit tests, then what starts real parts: two files at a time what only shares processors
// and loopback ports with others, one at a time what has containers. Ends by looking for anything left behind.
//   --quick: checks and unit tests only · FILTER: only test files whose path holds this text
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { testRunMark } from '#platform/process';
import { machineState, newSince, signsOfOtherRuns } from './leftovers.ts';
import { sweepAbortedRuns } from './sweep.ts';

const root = path.join(import.meta.dirname, '..');
const quick = process.argv.includes('--quick');
const filter = process.argv.slice(2).find((a) => !a.startsWith('--')) ?? '';

/** What has containers, namespaces, or figures that others would spoil. */
const ALONE = [
  'test/conformance/',
  'test/faults/aborted-run',
  'test/faults/disk-full-pods',
  'test/faults/hung',
  'test/integration/drills',
  'test/integration/fencing',
  'test/integration/guestbook',
  'test/integration/link-life',
  'test/integration/node-agent.test',
  'test/integration/pair',
  'test/integration/pods',
  'test/integration/service-proxy',
  'test/integration/site-address',
  'test/integration/site-alone',
  'test/integration/site-destroy',
  'test/integration/token-secrets',
  'test/integration/volumes',
  'test/integration/watchdog',
];

/** Lives of a pair start nothing real, and are over in seconds. */
const PAIRS = 'test/simulation/pair';

function testFiles(folder: string): string[] {
  if (!fs.existsSync(path.join(root, folder))) return [];
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file}`)
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules') && file.includes(filter))
    .sort();
}

/** True at once when there is nothing to run. */
function tests(title: string, files: readonly string[], of: { atATime: number; timeoutMs: number }): boolean {
  const options = ['--test', `--test-concurrency=${of.atATime}`, `--test-timeout=${of.timeoutMs}`];
  return files.length === 0 || stage(title, [...options, ...files]);
}

function stage(title: string, args: readonly string[]): boolean {
  console.log(`\n== ${title}`);
  const started = Date.now();
  const result = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  console.log(
    `== ${title}: ${result.status === 0 ? 'ok' : 'FAILED'} in ${Math.round((Date.now() - started) / 1000)} s`,
  );
  return result.status === 0;
}

async function main(): Promise<void> {
  // From here on, everything that a test makes bears the mark of this process.
  testRunMark();
  await sweepAbortedRuns();
  const before = machineState();
  const unit = [...testFiles('src'), ...testFiles('scripts'), ...testFiles(PAIRS)];
  const real = quick ? [] : testFiles('test').filter((file) => !file.startsWith(PAIRS));
  if (unit.length + real.length === 0) throw new Error(`no test file matches "${filter}"`);
  const isAlone = (file: string): boolean => ALONE.some((start) => file.startsWith(start));
  const beside = real.filter((file) => !isAlone(file));
  const results = [
    filter !== '' || stage('house', ['scripts/check.ts']),
    tests('unit', unit, { atATime: 2, timeoutMs: 120_000 }),
    tests('real parts, side by side', beside, { atATime: 2, timeoutMs: 900_000 }),
    tests('real parts, one by one', real.filter(isAlone), { atATime: 1, timeoutMs: 900_000 }),
  ];
  const others = signsOfOtherRuns();
  const left = newSince(before, machineState()).filter((line) => !others.some((sign) => line.includes(sign)));
  for (const line of left) console.error(`left behind: ${line}`);
  if (left.length > 0 || !results.every(Boolean)) process.exitCode = 1;
  console.log(process.exitCode ? '\nFAILED' : '\nall passed, nothing left behind');
}

await main();
