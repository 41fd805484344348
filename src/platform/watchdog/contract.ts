// What a watchdog is told, and what it says of itself. Times are boot time in milliseconds, suspended time included.

/** What ends when it fires, in this order. */
export interface WatchdogTargets {
  /** Control groups of clients of volumes: killed first, so that nothing that is written then arrives. */
  readonly volumes: readonly string[];
  /** Control groups of everything else. Each is meant with all below it, and need not exist yet. */
  readonly groups: readonly string[];
  /** Folders: connections of FUSE mounts at or below them are aborted. */
  readonly mountsBelow: readonly string[];
  /** Links of the network namespace that it runs in, which are taken down. */
  readonly links: readonly string[];
}

/** `holding`: armed without an end. `fired`: kills what shows in the groups, until it is armed anew. */
export type WatchdogPhase = 'disarmed' | 'armed' | 'holding' | 'fired';

export interface WatchdogState {
  readonly state: WatchdogPhase;
  /** The deadline; of one that has fired, the one that passed. */
  readonly untilMs?: number;
  /** The lease that it was armed with last. */
  readonly id?: number;
  /** How often it has fired since it was started, and what became of the last time. */
  readonly fired: {
    readonly times: number;
    readonly killed: number;
    readonly aborted: number;
    readonly linksDown: number;
  };
  /** No process is left in any of the groups. */
  readonly clean: boolean;
  readonly realTime: boolean;
}

export type WatchdogOrder =
  | { readonly do: 'arm'; readonly until: number | 'unbounded'; readonly id: number }
  | { readonly do: 'fire' }
  | { readonly do: 'disarm' };

export interface Watchdog {
  /** What runs may run until then. `id` is for whoever asks for the state in a next life. Does not wait. */
  arm(until: number | 'unbounded', id: number): void;
  /** Ends everything now. Does not wait, and costs nothing when it has fired. */
  fire(): void;
  /** No deadline any more, and nothing is killed. */
  disarm(): void;
  /** Replaces the targets, now and whenever a watchdog is reached anew. */
  aim(targets: WatchdogTargets): void;
  /** The order that it is known to follow; undefined when it cannot be reached, has refused the last one, or does not answer. */
  readonly follows: WatchdogOrder | undefined;
  /** Errors: WorldError `Unavailable` when it cannot be asked, or does not answer in time. */
  state(): Promise<WatchdogState>;
  close(): void;
}
