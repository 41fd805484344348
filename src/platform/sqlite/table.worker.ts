// The thread that owns a database of tables. What has arrived by the time it looks is one commit.
import { parentPort, workerData } from 'node:worker_threads';
import { present, type WorldError } from '#base';
import { READ_ROWS_MAX } from './limits.ts';
import { TableFile, type TableFileOptions, tableError } from './table-file.ts';
import type { TableFailure, TableReply, TableRequest } from './table-message.ts';

function failureOf({ code, message, details }: WorldError): TableFailure {
  return { code, message, cure: details.cure };
}

function serve(port: NonNullable<typeof parentPort>, options: TableFileOptions): void {
  const reply = (message: TableReply): void => port.postMessage(message);
  const open = (): TableFile | undefined => {
    try {
      const opened = new TableFile(options);
      reply({ id: 0, kind: 'done' });
      return opened;
    } catch (error) {
      reply({ id: 0, kind: 'failed', failure: failureOf(tableError(options.file, error)) });
      return undefined;
    }
  };
  const file = open();
  if (!file) {
    port.close();
    return;
  }
  let waiting: TableRequest[] = [];

  const read = (id: number, sql: string, values: Extract<TableRequest, { do: 'read' }>['values']): void => {
    try {
      let rows: unknown[] = [];
      for (const row of file.read(sql, values)) {
        rows.push(row);
        if (rows.length < READ_ROWS_MAX) continue;
        reply({ id, kind: 'rows', rows, more: true });
        rows = [];
      }
      reply({ id, kind: 'rows', rows, more: false });
    } catch (error) {
      reply({ id, kind: 'failed', failure: failureOf(file.error(error)) });
    }
  };
  const work = (): void => {
    const requests = waiting;
    waiting = [];
    const writes = requests.filter((request) => request.do === 'write');
    const answers = writes.length > 0 ? file.writeAll(writes.map((write) => write.statements)) : [];
    writes.forEach(({ id }, i) => {
      const failure = answers[i];
      reply(failure ? { id, kind: 'failed', failure: failureOf(failure) } : { id, kind: 'done' });
    });
    for (const request of requests) if (request.do === 'read') read(request.id, request.sql, request.values);
    const close = requests.find((request) => request.do === 'close');
    if (!close) return;
    file.close();
    reply({ id: close.id, kind: 'done' });
    port.close();
  };
  port.on('message', (request: TableRequest) => {
    if (waiting.push(request) === 1) setImmediate(work);
  });
}

serve(present(parentPort, 'this file runs as a worker thread'), workerData as TableFileOptions);
