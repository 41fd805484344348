// What the command line of gluster tells and does.

export interface GlusterPeer {
  readonly name: string;
  readonly connected: boolean;
  /** It is known to all, and may hold bricks. */
  readonly member: boolean;
}

export interface GlusterVolume {
  readonly name: string;
  readonly started: boolean;
  /** Names of the members that hold its bricks, in order. */
  readonly brickHosts: readonly string[];
  /** The last brick holds names and sizes, no content. */
  readonly arbiter: boolean;
  /** What was set; what is not here is as GlusterFS has it. */
  readonly options: Readonly<Record<string, string>>;
}

export interface BrickHealing {
  readonly host: string;
  /** The brick was asked. */
  readonly reached: boolean;
  /** Entries that this brick knows others to lack, less those that are being copied just now. */
  readonly entries: number;
}

/** Errors of every call: WorldError `Failed` with what gluster said, `Unavailable` when it did not end in time. */
export interface Gluster {
  /** The other members. */
  peers(): Promise<readonly GlusterPeer[]>;
  /** Takes a member in; one that is in already stays. */
  probe(name: string): Promise<void>;
  volume(name: string): Promise<GlusterVolume | undefined>;
  /** A brick on each host; with `arbiter` the last is one. What an attempt before has left on bricks is taken over. */
  createVolume(of: { name: string; hosts: readonly string[]; arbiter: boolean }): Promise<void>;
  setOptions(name: string, options: Readonly<Record<string, string>>): Promise<void>;
  /** Starts a volume, or what is missing of a started one. */
  startVolume(name: string): Promise<void>;
  /** What is to be healed, as each brick tells; asks no other member's glusterd. */
  healing(name: string): Promise<readonly BrickHealing[]>;
}
