// Decides what is missing of the replicated volume, from what one member sees: members are taken in, then the volume is made, set
// and started, then what does not run of it is started again. Each step is safe to repeat, and an interrupted one is planned anew.
import type { GlusterPeer, GlusterVolume } from '#platform/gluster';

export interface VolumesSeen {
  readonly self: string;
  readonly peers: readonly GlusterPeer[];
  readonly volume: GlusterVolume | undefined;
  /** Members that hold bricks, in order; `arbiter`: the last holds no content. */
  readonly hosts: readonly string[];
  readonly arbiter: boolean;
  readonly options: Readonly<Record<string, string>>;
  /** Members whose brick the client does not reach; undefined while there is no client. */
  readonly down: readonly string[] | undefined;
}

export type VolumesStep =
  | { readonly do: 'probe'; readonly member: string }
  | { readonly do: 'create' }
  | { readonly do: 'set'; readonly options: Readonly<Record<string, string>> }
  | { readonly do: 'start' };

/** The steps that can be taken now, in order; none when all is as it shall be, or nothing can be done about it. */
export function planVolumes(seen: VolumesSeen): readonly VolumesStep[] {
  const { self, peers, volume, hosts, down = [] } = seen;
  const others = hosts.filter((host) => host !== self);
  const unknown = others.filter((host) => !peers.some(({ name }) => name === host));
  if (unknown.length > 0) return unknown.map((member) => ({ do: 'probe', member }));
  const reached = new Set([self, ...peers.filter((peer) => peer.connected && peer.member).map(({ name }) => name)]);
  // A volume is made on all its bricks, and changed where all can follow.
  const all = hosts.every((host) => reached.has(host));
  if (!volume) return all ? [{ do: 'create' }, { do: 'set', options: seen.options }, { do: 'start' }] : [];
  const options = Object.entries(seen.options).filter(([name, value]) => volume.options[name] !== value);
  const set: VolumesStep[] = options.length > 0 && all ? [{ do: 'set', options: Object.fromEntries(options) }] : [];
  const isMissing = !volume.started || down.some((host) => reached.has(host));
  return isMissing ? [...set, { do: 'start' }] : set;
}

/** Members after whose loss volumes take no writes (nor can they be read, where the majority is lost).
 * - With an arbiter two of three bricks are needed; what a brick is still to be given is readable only where it is whole.
 * - Without one the first brick is needed, and suffices; a second one alone takes no writes. */
export function readOnlyIfLost(of: {
  hosts: readonly string[];
  arbiter: boolean;
  up: readonly string[];
  /** Members whose brick has what another still lacks. */
  sources: readonly string[];
}): readonly string[] {
  const { hosts, arbiter, up, sources } = of;
  const content = arbiter ? hosts.slice(0, -1) : hosts;
  return hosts.filter((lost) => {
    const left = hosts.filter((host) => host !== lost && up.includes(host));
    const isQuorum = arbiter ? left.length * 2 > hosts.length : left.includes(hosts[0] ?? '');
    return (
      !isQuorum || (content.includes(lost) && sources.includes(lost)) || !left.some((host) => content.includes(host))
    );
  });
}
