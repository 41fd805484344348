// GlusterFS in memory: members are taken in, volumes made, set and started; a call can be made to fail. For tests.
import { WorldError } from '#base';
import type { BrickHealing, Gluster, GlusterPeer, GlusterVolume } from './contract.ts';

export interface FakeGluster extends Gluster {
  readonly peersNow: GlusterPeer[];
  readonly volumes: Map<string, GlusterVolume>;
  /** What is to be healed, as bricks tell. */
  told: readonly BrickHealing[];
  /** Each change that was asked for, in order. */
  readonly changes: string[];
  /** The next change fails with this. */
  failNext: string | undefined;
}

export function fakeGluster(): FakeGluster {
  const volumeOf = (name: string): GlusterVolume => {
    const volume = fake.volumes.get(name);
    if (!volume) throw new WorldError('Failed', `volume ${name} does not exist`);
    return volume;
  };
  const change = (what: string): void => {
    fake.changes.push(what);
    const failure = fake.failNext;
    fake.failNext = undefined;
    if (failure) throw new WorldError('Failed', failure);
  };
  const fake: FakeGluster = {
    peersNow: [],
    volumes: new Map(),
    told: [],
    changes: [],
    failNext: undefined,
    peers: async () => [...fake.peersNow],
    probe: async (name) => {
      change(`probe ${name}`);
      if (!fake.peersNow.some((peer) => peer.name === name))
        fake.peersNow.push({ name, connected: true, member: true });
    },
    volume: async (name) => fake.volumes.get(name),
    createVolume: async ({ name, hosts, arbiter }) => {
      change(`create ${name} on ${hosts.join()}${arbiter ? ' with an arbiter' : ''}`);
      fake.volumes.set(name, { name, started: false, brickHosts: hosts, arbiter, options: {} });
    },
    setOptions: async (name, options) => {
      change(`set ${Object.keys(options).length} options`);
      const volume = volumeOf(name);
      fake.volumes.set(name, { ...volume, options: { ...volume.options, ...options } });
    },
    startVolume: async (name) => {
      change(`start ${name}`);
      fake.volumes.set(name, { ...volumeOf(name), started: true });
    },
    healing: async () => fake.told,
  };
  return fake;
}
