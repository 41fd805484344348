// Runs a program under strace and reads from the trace what it did to the files of one folder: writes, truncations,
// creations, renames, removals, syncs, in the order in which the kernel did them, and the lines it wrote to its acks file.
import fs from 'node:fs';
import { run } from '#platform/process';

export type DiskOp =
  | { readonly op: 'write'; readonly file: string; readonly at: number; readonly data: Buffer }
  | { readonly op: 'truncate'; readonly file: string; readonly size: number }
  | { readonly op: 'create' | 'remove'; readonly file: string }
  | { readonly op: 'sync'; readonly file: string }
  | { readonly op: 'rename'; readonly file: string; readonly to: string }
  | { readonly op: 'sync-folder' }
  | { readonly op: 'said'; readonly text: string };

const CALLS =
  'openat,write,pwrite64,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2,fallocate,pwritev,mmap';

/** Runs a shell line under strace; the trace goes to `file`. */
export async function traceShell(line: string, file: string): Promise<void> {
  const args = [
    '-f',
    '-y',
    '--seccomp-bpf',
    '-e',
    `trace=${CALLS}`,
    '-e',
    'signal=none',
    '-xx',
    '-s',
    '1000000',
    '-o',
    file,
  ];
  const { code, stderr } = await run('strace', [...args, 'sh', '-c', line], { timeoutMs: 300_000 }).catch((cause) => {
    throw new Error('strace is missing; install it: apt-get install strace', { cause });
  });
  if (code !== 0) throw new Error(`the traced program failed: ${code}: ${stderr}`);
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}

/** Calls in the order of their completion; one that another thread interrupted in the trace is put together again. */
function* callsOf(trace: string): Iterable<{ name: string; args: string; result: number }> {
  const open = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, pid = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const cut = text.indexOf(' <unfinished ...>');
    if (cut >= 0) {
      open.set(pid, text.slice(0, cut));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    const whole = resumed ? `${open.get(pid) ?? ''}${resumed[1]}` : text;
    const call = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(whole);
    if (call) yield { name: call[1] ?? '', args: call[2] ?? '', result: Number(call[3]) };
  }
}

/** Reads the trace of what happened under `folder`; `acks` is the file of acknowledgements. */
export function readTrace(file: string, folder: string, acks: string): DiskOp[] {
  const ops: DiskOp[] = [];
  const inside = (hex: string | undefined): string | undefined => {
    const path = hex === undefined ? '' : unhex(hex).toString();
    return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
  };
  for (const { name, args, result } of callsOf(fs.readFileSync(file, 'latin1'))) {
    if (result < 0) continue;
    const fd = /^\d+<([^>]*)>/.exec(args)?.[1];
    const names = [...args.matchAll(/"([^"]*)"/g)].map((match) => match[1]);
    const target = inside(fd);
    if (name === 'write' && fd !== undefined && unhex(fd).toString() === acks) {
      ops.push({ op: 'said', text: unhex(names[0] ?? '').toString() });
    } else if (name === 'openat' && args.includes('O_CREAT')) {
      const made = inside(names[0]);
      if (made !== undefined) ops.push({ op: 'create', file: made });
    } else if (name === 'pwrite64' && target !== undefined) {
      const at = Number(/, (\d+)$/.exec(args)?.[1]);
      ops.push({ op: 'write', file: target, at, data: unhex(names[0] ?? '').subarray(0, result) });
    } else if (name === 'ftruncate' && target !== undefined) {
      ops.push({ op: 'truncate', file: target, size: Number(/, (\d+)$/.exec(args)?.[1]) });
    } else if (name === 'fsync' || name === 'fdatasync') {
      if (target !== undefined) ops.push({ op: 'sync', file: target });
      else if (fd !== undefined && unhex(fd).toString() === folder) ops.push({ op: 'sync-folder' });
    } else if (name.startsWith('unlink')) {
      const removed = inside(names[0]);
      if (removed !== undefined) ops.push({ op: 'remove', file: removed });
    } else if (name.startsWith('rename')) {
      const [from, to] = names.map(inside);
      if (from !== undefined && to !== undefined) ops.push({ op: 'rename', file: from, to });
    } else if (
      target !== undefined &&
      (name === 'pwritev' || name === 'fallocate' || (name === 'mmap' && args.includes('MAP_SHARED')))
    ) {
      throw new Error(`the trace has a ${name} of ${target}, which the model of the disk does not know`);
    }
  }
  return ops;
}
