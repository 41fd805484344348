// What a test makes on the machine bears the mark of its run: the number and the start time of the process that began it. So
// whoever finds a folder, a namespace or a group of a test can tell from its name alone whether somebody still answers for it.
// The mark is handed down to children in the environment, so that a run is one thing however many processes it has.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { assert } from '#base';
import { identityOf } from './identity.ts';

/** Folders, namespaces and control groups of tests begin like this: short, for paths of sockets below them are. */
const TEST_PREFIX = 'hft-';
/** The variable that hands the mark down. */
export const TEST_RUN_VARIABLE = 'HOLDFAST_TEST_RUN';

/** A run's mark as it shows in names: `p<number>t<start time in ticks>`, in hexadecimal. */
export function testRunMark(): string {
  const given = process.env[TEST_RUN_VARIABLE];
  if (given) return given;
  const identity = identityOf(process.pid);
  assert(identity, 'this process runs');
  const mark = `p${identity.pid.toString(16)}t${identity.startTicks.toString(16)}`;
  process.env[TEST_RUN_VARIABLE] = mark;
  return mark;
}

/** The name for a namespace or a control group of this run. */
export const testName = (what: string): string => `${TEST_PREFIX}${what}-${testRunMark()}`;

/** Makes a folder of this run; `what` shows in its name. Who makes it removes it. */
export const testFolder = (what: string, inside: string = os.tmpdir()): string =>
  fs.mkdtempSync(path.join(inside, `${testName(what)}-`));

/** The run that a name such as those above belongs to; undefined for every other name. */
export const testRunOf = (name: string): string | undefined =>
  /^hft-(?:.*?-)?(p[0-9a-f]+t[0-9a-f]+)(?:-[^-]*)?$/.exec(name)?.[1];

/** True while the process that began the run lives. */
export function isTestRunAlive(mark: string): boolean {
  const { pid, startTicks } = testRunOwner(mark);
  return identityOf(pid)?.startTicks === startTicks;
}

/** The process that began the run. */
export function testRunOwner(mark: string): { pid: number; startTicks: number } {
  const [, pid, startTicks] = /^p([0-9a-f]+)t([0-9a-f]+)$/.exec(mark) ?? [];
  assert(pid && startTicks, `${mark} is the mark of a run`);
  return { pid: Number.parseInt(pid, 16), startTicks: Number.parseInt(startTicks, 16) };
}
