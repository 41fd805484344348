// Reads from /proc what runs on this machine, with what tells whose it is. Source: proc(5), network_namespaces(7).
import fs from 'node:fs';
import path from 'node:path';
import { argumentsOf, runningIdentities, TEST_RUN_VARIABLE } from '#platform/process';
import type { Seen } from './sweep.plan.ts';

const NAMESPACES = '/run/netns';

/** What a file or link of /proc holds; empty when the process is gone or may not be looked at. */
function readOr(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** Names of network namespaces by the number of their inode. */
function namespaceNames(): Map<string, string> {
  const names = fs.existsSync(NAMESPACES) ? fs.readdirSync(NAMESPACES) : [];
  return new Map(
    names.flatMap((name) => {
      const file = fs.statSync(path.join(NAMESPACES, name), { throwIfNoEntry: false });
      return file ? [[`net:[${file.ino}]`, name] as const] : [];
    }),
  );
}

function parentOf(pid: number): number {
  const stat = readOr(() => fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function markOf(pid: number): string | undefined {
  const name = `${TEST_RUN_VARIABLE}=`;
  const environment = readOr(() => fs.readFileSync(`/proc/${pid}/environ`, 'utf8'));
  const mark = environment
    .split('\0')
    .find((line) => line.startsWith(name))
    ?.slice(name.length);
  return mark && /^p[0-9a-f]+t[0-9a-f]+$/.test(mark) ? mark : undefined;
}

export function seenProcesses(): Seen[] {
  const namespaces = namespaceNames();
  return runningIdentities().map(({ pid, startTicks }) => ({
    pid,
    startTicks,
    parent: parentOf(pid),
    argv: argumentsOf(pid),
    mark: markOf(pid),
    groups: readOr(() => fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8'))
      .split('\n')
      .map((line) => line.split(':').slice(2).join(':')),
    namespace: namespaces.get(readOr(() => fs.readlinkSync(`/proc/${pid}/ns/net`))),
  }));
}

/** This process and everything above it. */
export function ownLine(): Set<number> {
  const line = new Set<number>();
  for (let pid = process.pid; pid > 0 && !line.has(pid); pid = parentOf(pid)) line.add(pid);
  return line;
}
