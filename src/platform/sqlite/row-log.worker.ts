// The thread that owns the database of a log: takes requests one at a time, answers each when it is durable.
import { parentPort, workerData } from 'node:worker_threads';
import { present } from '#base';
import { databaseError } from './database.ts';
import { ROOM_PROBE_MS } from './limits.ts';
import { type LogReply, type LogRequest, packRows, unpackRows } from './row.ts';
import { RowLog, type RowLogOptions } from './row-log.ts';

function serve(port: NonNullable<typeof parentPort>, options: RowLogOptions): void {
  const reply = (message: LogReply, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  let probe: NodeJS.Timeout | undefined;
  const log = new RowLog(options, {
    repaired: (message) => reply({ kind: 'repaired', message }),
    disk: (full) => {
      clearInterval(probe);
      probe = full ? setInterval(() => log.probeRoom(), ROOM_PROBE_MS).unref() : undefined;
      reply({ kind: 'disk', full });
    },
  });
  const act = (request: LogRequest): void => {
    if (request.do === 'open') log.open();
    else if (request.do === 'append') log.append(unpackRows(request.rows, { copy: false }));
    else if (request.do === 'drop') log.drop(request.revisions, request.floor);
    else if (request.do === 'mark') reply({ kind: 'mark', id: request.id, text: log.mark() });
    else if (request.do === 'setMark') log.setMark(request.text, { isLeft: request.isLeft });
    else if (request.do === 'clear') log.clear();
    else if (request.do === 'close') log.close();
    else if (request.do === 'read')
      log.read(request.after, (floor, rows) => {
        const packed = packRows(rows);
        reply({ kind: 'rows', id: request.id, floor, rows: packed }, [packed.data.buffer]);
      });
  };
  port.on('message', (request: LogRequest) => {
    try {
      act(request);
    } catch (error) {
      const { code, message, details } = databaseError(options.folder, error);
      reply({
        kind: 'failed',
        id: request.id,
        failure: { code, message, cure: details.cure, attempted: details.attempted },
      });
      return;
    }
    reply({ kind: 'done', id: request.id });
    if (request.do === 'append' || request.do === 'drop') log.tidy();
    if (request.do === 'close') port.close();
  });
}

serve(present(parentPort, 'this file runs as a worker thread'), workerData as RowLogOptions);
