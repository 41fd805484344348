// A site on a real Debian 12 machine, which a guest of QEMU is: systemd as the first process, control groups of version 2 alone.
// It is brought up by hand, installed, rebooted, cut from power, uninstalled, destroyed, and looked at all the while.
//   sh scripts/node.sh test/guest/site.ts [--stage up|reboot|cut|uninstall]...
// Without --stage all of them run; with it those, on the disks that earlier stages left.
import { runJob } from './job.ts';
import { STAGES } from './stages.ts';

await runJob('site', STAGES);
