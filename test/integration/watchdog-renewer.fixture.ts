// Arms a watchdog every tenth of a second, as holdfastd does, until it is ended. Arguments: socket, for how long, id of the lease.
// Says once that the watchdog follows.
import { machineTime, systemClock } from '#platform/clock';
import { jsonLog } from '#platform/log';
import { openWatchdog } from '#platform/watchdog';

const RENEW_MS = 100;
const [socket = '', forMs, id] = process.argv.slice(2);
const watchdog = openWatchdog({ socket, clock: systemClock, log: jsonLog({ component: 'renewer' }) });
let hasSaid = false;
setInterval(() => {
  watchdog.arm(machineTime.bootMs() + Number(forMs), Number(id));
  if (hasSaid || watchdog.follows?.do !== 'arm') return;
  hasSaid = true;
  console.log('followed');
}, RENEW_MS);
