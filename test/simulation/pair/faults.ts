// What happens to a simulated pair: each fault begins, and says how it is mended. They are drawn from the seed before the life begins,
// so that a mistake in the product meets the same ones.
import type { Random } from '#base';
import type { Pair } from './pair.ts';
import { chance, NODES, pick, spread, VOTERS, WITNESS } from './world.ts';

type Mend = () => void;
type Begin = (
  pair: Pair,
  random: Random,
) => { readonly text: string; readonly mend?: Mend /** No shorter than that. */; readonly leastMs?: number };

const LINKS = VOTERS.flatMap((from) => VOTERS.filter((to) => to !== from).map((to) => [from, to] as const));
const otherThan = (name: string): string => NODES.find((one) => one !== name) ?? '';

function cutAll(pair: Pair, links: readonly (readonly [string, string])[]): Mend {
  for (const [from, to] of links) pair.network.cut(from, to);
  return () => {
    for (const [from, to] of links) pair.network.mend(from, to);
  };
}

const joined = (one: string, other: string): readonly (readonly [string, string])[] => [
  [one, other],
  [other, one],
];

/** The links of a network: between the nodes the storage network, to and from the witness the access network. */
const ofNetwork = (name: 'storage' | 'access') =>
  LINKS.filter(([from, to]) => (from === WITNESS || to === WITNESS) === (name === 'access'));

function bootOnce(pair: Pair, name: string): Mend {
  return () => {
    if (!pair.machineOf(name).powered) pair.boot(name);
  };
}

export const FAULTS: Readonly<Record<string, Begin>> = {
  cut: (pair, random) => {
    const [from, to] = pick(random, LINKS);
    return { text: `${from} and ${to}`, mend: cutAll(pair, joined(from, to)) };
  },
  cutOneWay: (pair, random) => {
    const link = pick(random, LINKS);
    return { text: link.join(' to '), mend: cutAll(pair, [link]) };
  },
  network: (pair, random) => {
    const name = pick(random, ['storage', 'access'] as const);
    return { text: name, mend: cutAll(pair, ofNetwork(name)) };
  },
  isolate: (pair, random) => {
    const name = pick(random, VOTERS);
    return {
      text: name,
      mend: cutAll(
        pair,
        LINKS.filter((link) => link.includes(name)),
      ),
    };
  },
  flap: (pair, random) => {
    const [from, to] = pick(random, LINKS);
    const everyMs = spread(random, 150, 2_500);
    let [mend, isOver]: [Mend | undefined, boolean] = [undefined, false];
    const flap = (): void => {
      if (isOver) return;
      if (mend) {
        mend();
        mend = undefined;
      } else mend = cutAll(pair, joined(from, to));
      pair.timeline.after(everyMs * (0.5 + random.next()), flap);
    };
    flap();
    return {
      text: `${from} and ${to}, every ${Math.round(everyMs)} ms`,
      mend: () => {
        isOver = true;
        mend?.();
      },
    };
  },
  freezeMachine: (pair, random) => {
    const machine = pair.machineOf(pick(random, VOTERS));
    if (machine.powered) machine.freeze();
    return { text: machine.name, mend: () => machine.thaw() };
  },
  /** Everything of ours stands still, and its pods go on. */
  freezePrograms: (pair, random) => {
    const { name, process, kube, member, pods } = pair.nodeOf(pick(random, NODES));
    const stands = [process, kube.process, member.process, ...(chance(random, 0.5) ? [pods.watchdog] : [])];
    for (const one of stands) one.freeze();
    return {
      text: `${name}${stands.length > 3 ? ' with its watchdog' : ''}`,
      mend: () => stands.forEach((one) => void one.thaw()),
    };
  },
  freezeOne: (pair, random) => {
    const { name, process, kube, member, pods } = pair.nodeOf(pick(random, NODES));
    const what = pick(random, ['failover', 'kube', 'etcd', 'watchdog'] as const);
    const one = { failover: process, kube: kube.process, etcd: member.process, watchdog: pods.watchdog }[what];
    one.freeze();
    return { text: `${what} of ${name}`, mend: () => one.thaw() };
  },
  /** The API of whoever serves stands still for so long that somebody must have done something about it. */
  hang: (pair, random) => {
    const node = pair.nodes.find(({ kube }) => kube.serves);
    if (node === undefined) return { text: 'nobody serves' };
    const { process } = node.kube;
    process.freeze();
    return { text: node.name, mend: () => process.thaw(), leastMs: 5_000 + random.next() * 35_000 };
  },
  freezeWitness: (pair) => {
    const process = pair.witnessProcess;
    process.freeze();
    return { text: 'it votes, and refuses nobody', mend: () => process.thaw() };
  },
  kill: (pair, random) => {
    const node = pair.nodeOf(pick(random, NODES));
    const what = pick(random, ['failover', 'kube', 'etcd', 'all'] as const);
    if (!node.machine.powered) return { text: `nothing of ${node.name}` };
    if (what === 'failover' || what === 'all') node.killFailover();
    if (what === 'kube') node.kube.restart();
    if (what === 'etcd' || what === 'all') node.killMember();
    return { text: `${what} of ${node.name}` };
  },
  killWitness: (pair, random) => {
    const what = pick(random, ['etcd', 'witness'] as const);
    if (what === 'etcd') pair.killMember(WITNESS);
    else pair.killWitness();
    return { text: what };
  },
  powerOff: (pair, random) => {
    const name = pick(random, VOTERS);
    pair.powerOff(name);
    return { text: name, mend: bootOnce(pair, name), leastMs: chance(random, 0.5) ? 32_000 : 0 };
  },
  powerOffTwo: (pair, random) => {
    const stays = pick(random, VOTERS);
    const names = VOTERS.filter((name) => name !== stays);
    for (const name of names) pair.powerOff(name);
    return { text: names.join(' and '), mend: () => names.forEach((name) => void bootOnce(pair, name)()) };
  },
  powerOffAll: (pair) => {
    for (const name of VOTERS) pair.powerOff(name);
    return { text: 'everything', mend: () => VOTERS.forEach((name) => void bootOnce(pair, name)()) };
  },
  reboot: (pair, random) => {
    const name = pick(random, VOTERS);
    pair.boot(name);
    return { text: name };
  },
  disk: (pair, random) => {
    const member = pair.memberOf(pick(random, VOTERS));
    const disk = pick(random, ['slow', 'slow', 'stalled', 'failed'] as const);
    if (disk === 'failed') {
      pair.volumes.broken.add(member.name);
      member.process.end();
    }
    member.disk = disk;
    return {
      text: `${disk} on ${member.name}`,
      mend: () => {
        member.disk = 'well';
        pair.volumes.broken.delete(member.name);
        if (disk === 'failed') pair.killMember(member.name);
      },
    };
  },
  /** The disk of whoever leads etcd stands still: it goes on believing that it leads. */
  stallLeader: (pair) => {
    const member = pair.quorum.members.find(({ leads, takesPart }) => leads && takesPart);
    if (member === undefined) return { text: 'nobody leads' };
    member.disk = 'stalled';
    return {
      text: member.name,
      mend: () => {
        member.disk = 'well';
      },
    };
  },
  fill: (pair, random) => {
    const bytes = 400_000_000;
    const members = pair.quorum.members;
    for (const member of members) member.ballastBytes = bytes;
    return {
      text: `etcd, ${random.below(2) === 0 ? 'slowly' : 'at once'}`,
      mend: () => {
        for (const member of members) member.ballastBytes = 0;
      },
    };
  },
  /** Members are so busy that some answers never come; what was asked was done. */
  lossy: (pair, random) => {
    const loss = spread(random, 0.02, 0.3);
    pair.quorum.loss = loss;
    return {
      text: `${Math.round(loss * 100)} % of the answers`,
      mend: () => {
        pair.quorum.loss = 0;
      },
    };
  },
  /** A node stands still for so long that it is lost, and wakes with everything that ran on it; whoever is to keep it out may be slow. */
  sleep: (pair, random) => {
    const node = pair.nodeOf(pick(random, NODES));
    const { machine, process, kube, member, pods } = node;
    const programs = [process, kube.process, member.process, pods.watchdog];
    const isWhole = chance(random, 0.5);
    if (isWhole && machine.powered) machine.freeze();
    if (!isWhole) for (const one of programs) one.freeze();
    const witness = pair.witnessProcess;
    if (chance(random, 0.5)) {
      witness.freeze();
      pair.timeline.after(4_000 + random.next() * 15_000, () => witness.thaw());
    }
    return {
      text: `${node.name}${isWhole ? '' : ', but for its pods'}${witness.frozen ? ', and the witness refuses nobody' : ''}`,
      mend: () => {
        if (isWhole) machine.thaw();
        else for (const one of programs) one.thaw();
        witness.thaw();
      },
    };
  },
  /** Whoever serves loses everything but its pods. */
  cutOffController: (pair, random) => {
    const node = pair.nodes.find(({ kube }) => kube.serves);
    if (node === undefined) return { text: 'nobody serves' };
    const links = LINKS.filter((link) => link.includes(node.name));
    const keeps = chance(random, 0.3) ? otherThan(node.name) : undefined;
    return {
      text: `${node.name}${keeps === undefined ? '' : ` but for ${keeps}`}`,
      mend: cutAll(
        pair,
        links.filter((link) => keeps === undefined || !link.includes(keeps)),
      ),
    };
  },
};

const FAULTS_MAX = 6;

export interface Planned {
  readonly name: string;
  readonly seed: number;
  /** From the one before. */
  readonly afterMs: number;
  readonly forMs: number;
}

/** Many are short; some last until nodes are lost, and a few until somebody must have done something about it. */
function forMs(random: Random): number {
  const roll = random.next();
  if (roll < 0.4) return spread(random, 200, 6_000);
  return roll < 0.92 ? 5_000 + random.next() * 15_000 : 20_000 + random.next() * 20_000;
}

export function planFaults(random: Random, names: readonly string[] = Object.keys(FAULTS)): readonly Planned[] {
  return Array.from({ length: 1 + random.below(FAULTS_MAX) }, () => ({
    name: pick(random, names),
    seed: random.below(2 ** 31),
    afterMs: spread(random, 50, 12_000),
    forMs: forMs(random),
  }));
}
