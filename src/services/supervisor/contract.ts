// What the supervisor is told to run, and what it says of it.
import type { ProcessIdentity } from '#platform/process';

export interface ProcessDeclaration {
  /** Unique in the site; the name in status, logs and events. */
  readonly name: string;
  /** The node it runs on. */
  readonly node: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Path of a network namespace. */
  readonly networkNamespace?: string;
  /** Control group, which exists. */
  readonly cgroup?: string;
  /** Its standard input ends when the supervisor that started it does. */
  readonly lifeline?: boolean;
  /** True when it does its work. Asked until it first is. */
  isReady(of: ProcessIdentity): Promise<boolean>;
  /** Resolves when it answers, which may be never; rejects when it cannot be asked. Asked while it is ready; one that stays
   * silent is killed and started again. */
  answers?(): Promise<void>;
  readonly stopGraceMs?: number;
  /** It ends by itself, with exit code 0, when its time is over: it is started again at once, and that is no death. */
  readonly endsByItself?: boolean;
}

export type ProcessPhase = 'starting' | 'ready' | 'waiting' | 'stopping' | 'stopped';

export interface ProcessState {
  readonly name: string;
  readonly node: string;
  readonly phase: ProcessPhase;
  readonly pid?: number;
  /** Milliseconds since 1970. */
  readonly startedAtMs?: number;
  readonly restarts: number;
  /** It keeps dying; what it last died of. */
  readonly unstable: boolean;
  readonly lastEnd?: string;
}

/** Starts, adopts, watches and ends processes. It never touches a process that it has no declaration for. */
export interface Supervisor {
  /** Starts the process, or adopts the one that an earlier supervisor started, and keeps it running. */
  run(declaration: ProcessDeclaration): void;
  /** Resolves when the process is ready; rejects when it is stopped. */
  ready(name: string): Promise<void>;
  isRunning(name: string): boolean;
  /** An earlier supervisor has run it in this boot and not stopped it. */
  wasRun(name: string): boolean;
  restart(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  states(): readonly ProcessState[];
  /** Lets go of every process without ending any. */
  release(): void;
}

export interface SiteEvent {
  /** RFC 3339. */
  readonly time: string;
  readonly type: 'Normal' | 'Warning';
  /** What it happened to: a process, a machine, the site. */
  readonly subject: string;
  readonly reason: string;
  readonly message: string;
}

export interface EventLog {
  add(event: Omit<SiteEvent, 'time'>): void;
}
