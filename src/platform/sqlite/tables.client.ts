// A database of tables as the rest of the process sees it: calls to the thread that owns it.
import { Worker } from 'node:worker_threads';
import { WorldError } from '#base';
import type { TableFileOptions } from './table-file.ts';
import type { SqlValue, TableReply, TableRequest, TableStatement } from './table-message.ts';

export interface Tables {
  /** All statements in one transaction, durable when it resolves. Errors: WorldError `Conflict` when a statement changed another
   * number of rows than it must, or a key is there already: nothing is done then; `Exhausted`: nothing is done; `Failed`: not known. */
  write(statements: readonly TableStatement[]): Promise<void>;
  /** Rows as the last commit left them. */
  read<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** Rows in pieces, so that many can be read. */
  readEach<Row>(sql: string, values: readonly SqlValue[], visit: (rows: readonly Row[]) => void): Promise<void>;
  close(): Promise<void>;
}

export interface TablesOptions extends TableFileOptions {
  /** The thread ended by itself; nothing can be read or written any more. */
  lost?(error: WorldError): void;
}

interface Call {
  resolve(): void;
  reject(error: WorldError): void;
  rows?(rows: readonly unknown[]): void;
}

type Unnumbered<R> = R extends unknown ? Omit<R, 'id'> : never;

/** Opens the file, making it when there is none. Errors: WorldError `Unavailable` (another process has it), `Corrupt`, `Unsupported`. */
export async function openTables(options: TablesOptions): Promise<Tables> {
  const client = new TablesClient(options);
  await client.opened;
  return client;
}

class TablesClient implements Tables {
  readonly opened: Promise<void>;
  readonly #calls = new Map<number, Call>();
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #serial = 0;
  #over: WorldError | undefined;

  constructor({ file, migrations, lost }: TablesOptions) {
    const worker = new Worker(new URL('./table.worker.ts', import.meta.url), {
      name: 'tables',
      workerData: { file, migrations } satisfies TableFileOptions,
    });
    this.#worker = worker;
    this.opened = new Promise((resolve, reject) => this.#calls.set(0, { resolve, reject }));
    worker.on('message', (reply: TableReply) => this.#take(reply));
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    this.#ended = new Promise((resolve) =>
      worker.once('exit', () => {
        const isExpected = this.#over !== undefined;
        this.#over ??= new WorldError('Failed', `the thread of the database ${file} ended`, { subject: file, cause });
        const calls = [...this.#calls.values()];
        this.#calls.clear();
        for (const call of calls) call.reject(this.#over);
        if (!isExpected) lost?.(this.#over);
        resolve();
      }),
    );
  }

  write(statements: readonly TableStatement[]): Promise<void> {
    return this.#call({ do: 'write', statements });
  }

  async read<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    const all: Row[] = [];
    await this.readEach<Row>(sql, values, (rows) => void all.push(...rows));
    return all;
  }

  readEach<Row>(sql: string, values: readonly SqlValue[], visit: (rows: readonly Row[]) => void): Promise<void> {
    return this.#call({ do: 'read', sql, values }, (rows) => visit(rows as readonly Row[]));
  }

  async close(): Promise<void> {
    if (this.#over) return;
    const closed = this.#call({ do: 'close' });
    this.#over = new WorldError('Unavailable', 'the database is closed');
    await closed;
    await this.#ended;
  }

  #take(reply: TableReply): void {
    const call = this.#calls.get(reply.id);
    if (!call) return;
    if (reply.kind === 'rows') {
      call.rows?.(reply.rows);
      if (reply.more) return;
    }
    this.#calls.delete(reply.id);
    if (reply.kind !== 'failed') {
      call.resolve();
      return;
    }
    const { code, message, cure } = reply.failure;
    if (reply.id === 0) this.#over = new WorldError(code, message, { cure });
    call.reject(new WorldError(code, message, { cure }));
  }

  #call(request: Unnumbered<TableRequest>, rows?: Call['rows']): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(this.#over);
      const id = ++this.#serial;
      this.#calls.set(id, { resolve, reject, rows });
      this.#worker.postMessage({ ...request, id });
    });
  }
}
