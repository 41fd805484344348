// The three processes of the journal's kill test; which of them is the first argument.
//   producer FOLDER N     appends audit and telemetry records, numbered from N; says "kept N" when a record is on the disk
//   courier FOLDER        delivers everything that there is, again and again; says "told STREAM SEQUENCE"
//   receiver FOLDER       takes deliveries by the hub's rule in one transaction; says "took COUNT"
import { DatabaseSync } from 'node:sqlite';
import { coveredFrom, type JournalDelivery, type JournalPositions } from '#model/link';
import { systemClock as clock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { callLines, serveLines } from '#platform/socket';
import { openDelivery, openJournal } from '#services/journal';

const [part = '', folder = '', start = '0'] = process.argv.slice(2);
const log = memoryLog();
const positionsFile = `${folder}/positions.json`;
const socket = `${folder}/receiver.sock`;
const RECORDS_MIN = 85;
const WAIT_MS = 5;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function produce(): Promise<void> {
  const journal = openJournal({
    folder: `${folder}/journal/kube`,
    process: 'kube',
    positionsFile,
    clock,
    log,
    told: ({ reason }) => say(`notice ${reason}`),
    random: () => crypto.randomUUID().slice(0, 8),
    // A few segments, so that room is made all the time.
    bytesMax: () => RECORDS_MIN * 16_000,
  });
  const text = 'x'.repeat(3000);
  for (let n = Number(start); ; n++) {
    // First of all the one that counts: its number would be the first to be given twice.
    const audit = journal.append('audit', { n }, { durable: true });
    void journal.append('telemetry', { n: -n, text });
    void journal.append('telemetry', { n: -n, text });
    const kept = await audit;
    if (kept) say(`kept ${n}`);
  }
}

type Request = { readonly ask: 'positions' } | { readonly ask: 'take'; readonly delivery: JournalDelivery };
type Answer =
  | { readonly positions: JournalPositions }
  | { readonly acknowledged: number }
  | { readonly error: unknown };

async function asked(request: Request): Promise<Answer> {
  for await (const answer of callLines(socket, request)) return answer as Answer;
  throw new Error('no answer');
}

async function taken(delivery: JournalDelivery): Promise<number> {
  const answer = await asked({ ask: 'take', delivery });
  if ('acknowledged' in answer) return answer.acknowledged;
  throw new Error(JSON.stringify(answer));
}

async function carry(): Promise<void> {
  const delivery = openDelivery({ folder: `${folder}/journal`, positionsFile, clock, log });
  for (;;) {
    try {
      const known = await asked({ ask: 'positions' });
      if ('positions' in known) delivery.positions(known.positions);
      for (let batch = await delivery.next(); batch; batch = await delivery.next()) {
        const acknowledged = await taken(batch);
        delivery.acknowledged(batch.stream, acknowledged);
        say(`told ${batch.stream} ${acknowledged}`);
      }
      say('empty');
    } catch (error) {
      say(`failed ${String(error)}`);
    }
    await clock.sleep(WAIT_MS);
  }
}

async function receive(): Promise<void> {
  const database = new DatabaseSync(`${folder}/receiver.db`);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS streams (stream TEXT PRIMARY KEY, acknowledged INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS journal (id INTEGER PRIMARY KEY, stream TEXT NOT NULL, sequence INTEGER NOT NULL, first INTEGER NOT NULL, kind TEXT NOT NULL, n INTEGER, UNIQUE (stream, sequence));`);
  const positions = (): JournalPositions =>
    Object.fromEntries(
      database
        .prepare('SELECT stream, acknowledged FROM streams')
        .all()
        .map((row) => [String(row.stream), Number(row.acknowledged)]),
    );
  const take = ({ stream, records }: JournalDelivery): number => {
    let last = positions()[stream] ?? 0;
    for (const [i, record] of records.entries()) {
      const before = records[i - 1];
      if (before && coveredFrom(record) !== before.sequence + 1)
        throw new Error(`gap inside of a delivery of ${stream}`);
    }
    database.exec('BEGIN IMMEDIATE');
    for (const record of records) {
      if (record.sequence <= last) continue;
      if (coveredFrom(record) > last + 1) {
        database.exec('ROLLBACK');
        throw new Error(`gap in ${stream}: ${coveredFrom(record)} after ${last}`);
      }
      database
        .prepare('INSERT INTO journal (stream, sequence, first, kind, n) VALUES (?, ?, ?, ?, ?)')
        .run(stream, record.sequence, coveredFrom(record), record.kind, Number(record.body.n ?? 0));
      last = record.sequence;
    }
    database.prepare('INSERT OR REPLACE INTO streams VALUES (?, ?)').run(stream, last);
    database.exec('COMMIT');
    say(`took ${records.length}`);
    return last;
  };
  await serveLines(socket, async function* answers(line): AsyncGenerator<Answer> {
    const request = line as Request;
    yield request.ask === 'positions' ? { positions: positions() } : { acknowledged: take(request.delivery) };
  });
  say('listens');
}

const parts: Readonly<Record<string, () => Promise<void>>> = { producer: produce, courier: carry, receiver: receive };
await parts[part]?.();
