// The door to the log: one JSON line an event on stderr, with a level, the component and fields.
// Whoever logs passes no secrets; fields named like one are replaced all the same.
import fs from 'node:fs';
import { systemCodeOf } from '#base';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with `component` set. */
  child(component: string): Log;
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const SECRET_NAME = /^(authorization|password|token|secret|key|privateKey|cookie)$/i;

function plain(value: unknown): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return typeof value === 'bigint' ? value.toString() : value;
}

/** A line on stderr. What a full disk does not take is lost: no process ends because it cannot say something. */
function writeLine(line: string): void {
  try {
    fs.writeSync(process.stderr.fd, line);
  } catch (error) {
    if (systemCodeOf(error) === 'EAGAIN') process.stderr.write(line);
  }
}

/** Writes lines of `level` and above through `write` (default: stderr). */
export function jsonLog(options: { component: string; level?: LogLevel; write?: (line: string) => void }): Log {
  const lowest = RANK[options.level ?? 'info'];
  const write = options.write ?? writeLine;
  const make = (component: string): Log => {
    const emit = (level: LogLevel, message: string, fields: LogFields = {}): void => {
      if (RANK[level] < lowest) return;
      const shown: Record<string, unknown> = {};
      for (const [name, value] of Object.entries(fields))
        shown[name] = SECRET_NAME.test(name) ? '(hidden)' : plain(value);
      write(`${JSON.stringify({ time: new Date().toISOString(), level, component, message, ...shown })}\n`);
    };
    return {
      debug: (m, f) => emit('debug', m, f),
      info: (m, f) => emit('info', m, f),
      warn: (m, f) => emit('warn', m, f),
      error: (m, f) => emit('error', m, f),
      child: (name) => make(`${component}/${name}`),
    };
  };
  return make(options.component);
}

/** A log that keeps its lines, for tests. */
export function memoryLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  return { ...jsonLog({ component: 'test', level: 'debug', write: (line) => lines.push(line) }), lines };
}
