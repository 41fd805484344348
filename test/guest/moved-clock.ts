// A site and an etcd on a real Debian 12 machine, which a guest of QEMU is, whose real clock is moved while everything runs: a month, two
// years, 2099, 1970, and back. kubectl, containerd and etcd go by that clock; our own programs do not.
//   sh scripts/node.sh test/guest/moved-clock.ts [--stage up|ahead|far]...
// Without --stage all of them run; with it those, on the disks that earlier stages left.
import { runJob } from './job.ts';
import { MOVED_CLOCK_STAGES } from './moved-clock-stages.ts';

await runJob('moved-clock', MOVED_CLOCK_STAGES);
