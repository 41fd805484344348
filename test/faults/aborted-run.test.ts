// A test run that is killed leaves much on the machine; the sweep takes all of it, and nothing of anybody else.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { test } from 'node:test';
import { identityOf, isAlive, type ProcessIdentity, TEST_RUN_VARIABLE } from '#platform/process';
import { machineState, newSince } from '../../scripts/leftovers.ts';
import { seenProcesses } from '../../scripts/running.ts';
import { processesOfRun } from '../../scripts/sweep.plan.ts';
import { abortedRuns, sweepAbortedRuns } from '../../scripts/sweep.ts';
import type { Made } from './aborted-run.fixture.ts';

/** A run of its own, as if nobody had started it. */
async function otherRun(...args: string[]): Promise<{ child: ChildProcess; made: Made }> {
  const { NODE_TEST_CONTEXT: _context, [TEST_RUN_VARIABLE]: _run, ...env } = process.env;
  const program = path.join(import.meta.dirname, 'aborted-run.fixture.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(() => assert.fail('the run ended before it had made everything'));
  const [line] = await Promise.race([once(readline.createInterface({ input: child.stdout }), 'line'), ended]);
  return { child, made: JSON.parse(line as string) as Made };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const identitiesOf = (mark: string): ProcessIdentity[] =>
  processesOfRun(mark, seenProcesses()).flatMap((pid) => identityOf(pid) ?? []);

test('all that a killed run left is swept, whoever only looks at it lives', { timeout: 180_000 }, async () => {
  const before = machineState();
  const { child, made } = await otherRun();
  const { id } = JSON.parse(fs.readFileSync(siteFileOf(made), 'utf8')) as { id: string };
  const bears = (line: string): boolean => line.includes(made.mark) || line.includes(id);
  const looker = spawn('tail', ['-f', path.join(made.folder, 'registry.yml')], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH },
  });
  try {
    await kill(child);
    const there = newSince(before, machineState());
    for (const kind of ['process', 'mount', 'namespace', 'cgroup', 'folder'])
      assert.ok(
        there.filter(bears).some((line) => line.startsWith(kind)),
        `${kind}: ${there.join('\n')}`,
      );
    const cable = `link hft${child.pid}`;
    assert.ok(there.includes(cable), there.join('\n'));
    const processes = identitiesOf(made.mark);
    const commands = processes.map(({ pid }) => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
    for (const part of [
      'containerd ',
      'containerd-shim',
      '/pause',
      'etcd',
      'docker-registry',
      'holdfastd',
      'net',
      'inside',
    ])
      assert.ok(
        commands.some((command) => command.includes(part)),
        `${part}: ${commands.join('\n')}`,
      );
    for (const trace of made.traces) assert.ok(fs.existsSync(trace), trace);
    assert.ok(abortedRuns().includes(made.mark));

    await sweepAbortedRuns();
    const after = newSince(before, machineState()).filter((line) => !line.startsWith(`process ${looker.pid} `));
    const left = after.filter((line) => bears(line) || line === cable);
    assert.deepEqual(left, []);
    assert.deepEqual(processes.filter(isAlive), []);
    for (const trace of made.traces) assert.equal(fs.existsSync(trace), false, trace);
    assert.equal(abortedRuns().includes(made.mark), false);
    assert.equal(looker.exitCode ?? looker.signalCode, null, 'whoever looks goes on');
  } finally {
    looker.kill();
  }
});

/** The folder of the run's site bears the same mark. */
function siteFileOf(made: Made): string {
  const home = path.dirname(made.folder);
  const name = fs
    .readdirSync(home)
    .find((one) => one.includes(made.mark) && fs.existsSync(path.join(home, one, 'site')));
  assert.ok(name, 'the run has a site');
  return path.join(home, name, 'site/site.json');
}

test('a run in progress is left alone, until it is killed too', { timeout: 60_000 }, async () => {
  const { child, made } = await otherRun('folder');
  try {
    await sweepAbortedRuns();
    assert.ok(fs.existsSync(made.folder));
    assert.ok(fs.existsSync(`/run/netns/${made.namespace}`));
    assert.equal(child.exitCode ?? child.signalCode, null);
  } finally {
    await kill(child);
  }
  await sweepAbortedRuns();
  assert.equal(fs.existsSync(made.folder), false);
  assert.equal(fs.existsSync(`/run/netns/${made.namespace}`), false);
});
