// A command of the walk, in this process: the entry that the executable calls, with everything but a terminal and a process of its own.
// Starting hundreds of processes would take longer than what they do.
import assert from 'node:assert/strict';
import path from 'node:path';
import { runCli, type Stream } from '#cli';
import { systemClock } from '#platform/clock';
import type { Ran } from './site.fixture.ts';

export async function commandHere(args: readonly string[]): Promise<Ran> {
  const said = { out: '', err: '' };
  const sink = (to: keyof typeof said): Stream => ({
    write: (text) => {
      said[to] += text;
    },
    isTerminal: false,
  });
  const program = {
    node: process.execPath,
    nodeOptions: [],
    bundle: (app: string) => assert.fail(`${app} is started by the executable alone`),
    env: {},
  };
  const { exitCode } = await runCli(
    {
      out: sink('out'),
      err: sink('err'),
      clock: systemClock,
      program,
      defaultData: '/nowhere',
      defaultHubData: '/nowhere',
      command: 'holdfast',
      noColor: true,
      absolute: (given) => path.resolve(given),
    },
    args,
  );
  return { code: exitCode, stdout: said.out, stderr: said.err };
}
