// One line of a container's log as the runtime writes it: "<RFC 3339 time> <stream> <tags> <text>", where the tag P says that
// the line goes on in the next entry. Source: Kubernetes CRI, "Log format".

export interface LogEntry {
  /** As written, nanoseconds included. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  readonly partial: boolean;
  /** Without the line end. */
  readonly text: Buffer;
}

const SPACE = 0x20;

/** The entry in `line` (no line end); undefined when it is none. */
export function parseEntry(line: Buffer): LogEntry | undefined {
  const first = line.indexOf(SPACE);
  const second = line.indexOf(SPACE, first + 1);
  const third = line.indexOf(SPACE, second + 1);
  if (first < 0 || second < 0) return undefined;
  const stream = line.toString('latin1', first + 1, second);
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  const tags = line.toString('latin1', second + 1, third < 0 ? line.length : third);
  const text = third < 0 ? Buffer.alloc(0) : line.subarray(third + 1);
  return { time: line.toString('latin1', 0, first), stream, partial: tags.split(':')[0] === 'P', text };
}

export interface EntryChoice {
  readonly sinceMs?: number;
  readonly timestamps?: boolean;
  readonly stream?: 'stdout' | 'stderr';
}

/** Turns entries into what a reader gets; keeps in mind whether a line is open, because only its first part has a time. */
export function entryPrinter(choice: EntryChoice): (entry: LogEntry) => Buffer | undefined {
  const open = new Set<string>();
  return (entry) => {
    if (choice.stream && entry.stream !== choice.stream) return undefined;
    if (choice.sinceMs !== undefined && Date.parse(entry.time) < choice.sinceMs) return undefined;
    const goesOn = open.has(entry.stream);
    if (entry.partial) open.add(entry.stream);
    else open.delete(entry.stream);
    const time = choice.timestamps && !goesOn ? Buffer.from(`${entry.time} `) : Buffer.alloc(0);
    const end = entry.partial ? Buffer.alloc(0) : Buffer.from('\n');
    return Buffer.concat([time, entry.text, end]);
  };
}
