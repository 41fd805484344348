// A FUSE file system whose server takes every request after the first and answers none: what a client of volumes is to its pods when
// it hangs. Source: linux/fuse.h, FUSE_INIT.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { run } from '#platform/process';

/** Mounts at the folder of its argument, says `mounted`, and then `taken` for each request. */
const SERVER = String.raw`use strict; use Fcntl; $| = 1; $^F = 100;
sysopen(my $device, '/dev/fuse', O_RDWR) or die "no /dev/fuse: $!\n";
my $options = 'fd=' . fileno($device) . ',rootmode=40000,user_id=0,group_id=0';
system('mount', '-i', '-t', 'fuse', '-o', $options, 'hung', $ARGV[0]) == 0 or die "cannot mount\n";
sysread $device, my $first, 200000;
my (undef, $operation, $unique) = unpack 'L L Q', $first;
die "no FUSE_INIT\n" if $operation != 26;
syswrite $device, pack 'L l Q L L L L S S L L S S L L7', 80, 0, $unique, 7, 31, 0, 0, 0, 0, 4096, 1, 0, 0, 0, (0) x 7;
print "mounted\n";
print "taken\n" while sysread $device, my $request, 200000;
`;

export interface HungMount {
  /** Resolves when a request is with the server: whoever waits for its answer cannot be killed any more. */
  taken(): Promise<void>;
  stop(): Promise<void>;
}

export async function mountHung(folder: string): Promise<HungMount> {
  fs.mkdirSync(folder, { recursive: true });
  const server: ChildProcess = spawn('perl', ['-e', SERVER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  assert(server.stdout, 'its output is a pipe');
  const [said] = await once(server.stdout, 'data');
  assert.match(String(said), /^mounted\n/);
  const taken = once(server.stdout, 'data');
  return {
    taken: async () => void (await taken),
    stop: async () => {
      server.kill('SIGKILL');
      await run('umount', ['--lazy', folder]);
    },
  };
}
