// The app `hub`: one hub on its own data folder, in one process.
import { parseArgs } from 'node:util';
import { messageOf, WorldError } from '#base';
import { openHub } from '#host';
import { systemClock as clock } from '#platform/clock';
import { fileBytes, rotateInPlace, writeFileAtomic } from '#platform/disk';
import { jsonLog } from '#platform/log';
import { tryLock } from '#platform/process';
import { serveLines } from '#platform/socket';
import { startHub } from '#services/hub';
import { control } from './hub/control.ts';
import { stopOnSignal } from './site-files.ts';

const { values } = parseArgs({ options: { data: { type: 'string' } } });
const { hub, folders } = openHub(values.data ?? '');
const log = jsonLog({ component: 'hub' });
const startedAtMs = clock.now();
process.on('uncaughtException', (error) => {
  log.error(error instanceof WorldError ? 'the hub cannot go on' : 'a bug ended the hub', { error });
  process.exit(1);
});
const lock = tryLock(folders.processLock);
if (lock.kind === 'busy')
  throw new WorldError('Conflict', `another process keeps this hub (${lock.holder.pid})`, { subject: folders.data });
const running = await startHub({
  hub,
  folders,
  clock,
  log,
  lost: (error) => {
    log.error('the hub cannot go on without its database', { error: messageOf(error) });
    process.exit(1);
  },
});
const server = await serveLines(folders.socket, (line) => control({ operator: running.operator, startedAtMs }, line));
stopOnSignal(log, async () => {
  await server.close();
  await running.stop();
  lock.kind === 'held' && lock.release();
});
/** Nobody else looks after the log of a hub. */
const LOG_BYTES_MAX = 16 * 1024 * 1024;
const LOG_LOOK_MS = 60_000;
function keepLogSmall(): void {
  try {
    if (fileBytes(folders.logFile) > LOG_BYTES_MAX) rotateInPlace(folders.logFile);
  } catch (error) {
    log.warn('the log could not be made smaller', { error });
  }
  clock.after(LOG_LOOK_MS, keepLogSmall, { background: true });
}
keepLogSmall();
writeFileAtomic(folders.readyFile, String(process.pid));
log.info('the hub answers', { port: running.port, addresses: hub.addresses });
