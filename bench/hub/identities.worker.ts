// A thread that makes identities of sites and keeps them in a file, a line each.
import fs from 'node:fs';
import { workerData } from 'node:worker_threads';
import { identityMaker, type Pattern } from './certificate-pattern.ts';

export interface Making {
  readonly pattern: Pattern;
  readonly file: string;
  readonly first: number;
  /** The first that is not made any more. */
  readonly end: number;
}

const LINES_A_WRITE = 1_000;

function make({ pattern, file, first, end }: Making): void {
  const identityOf = identityMaker(pattern);
  let lines: string[] = [];
  for (let site = first; site < end; site++) {
    lines.push(JSON.stringify(identityOf(site)));
    if (lines.length < LINES_A_WRITE && site < end - 1) continue;
    fs.appendFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
    lines = [];
  }
}

make(workerData as Making);
