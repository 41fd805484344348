// Two nodes and a witness on one machine, as a pair is laid out: a namespace each, a network for access and one between the nodes;
// each with the real programs of replicated volumes under a supervisor of its own.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type Pair, planPair, type SiteFolders, siteFolders, voterOf, votersOf } from '#model/site';
import { openCgroups } from '#platform/cgroup';
import { systemClock } from '#platform/clock';
import { mountsBelow } from '#platform/disk';
import { openGluster } from '#platform/gluster';
import { memoryLog } from '#platform/log';
import { namespaceRemove } from '#platform/net';
import { PROGRAM_PATH, testFolder, testName } from '#platform/process';
import { openProcessRecords, type Supervisor, startSupervisor } from '#services/supervisor';
import {
  brickPending,
  bricksCgroup,
  glusterdProcess,
  keepGlusterLogs,
  keepVolumes,
  refuseStrangers,
  type Volumes,
  type VolumesMember,
  volumeClientProcess,
  volumesCgroup,
  volumeView,
} from '#services/volumes';

export const DEADLINE_MS = 120_000;
const SUBNET = '10.50.213.0/24';
const cgroups = openCgroups();

const inSpace = (space: string, argv: readonly string[], input: string): string =>
  execFileSync('nsenter', [`--net=/run/netns/${space}`, ...argv], { encoding: 'utf8', input });
const sh = (script: string): string => execFileSync('sh', ['-ec', script], { encoding: 'utf8' });

export async function until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not so within ${DEADLINE_MS} ms: ${what}`);
    await systemClock.sleep(50);
  }
}

/** The wires: bridges in a namespace of their own, a port to each member. */
class Wires {
  readonly #space = testName('vol-net');

  constructor(pair: Pair, spaceOf: (member: string) => string) {
    const ports = votersOf(pair).flatMap(({ name, access, storage }) => [
      { name, device: pair.accessDevice, bridge: 'access', address: access },
      ...(storage === undefined ? [] : [{ name, device: pair.storageDevice, bridge: 'storage', address: storage }]),
    ]);
    sh(`ip netns add ${this.#space}
      for bridge in access storage; do
        ip -n ${this.#space} link add $bridge type bridge; ip -n ${this.#space} link set $bridge up
      done`);
    for (const { name } of votersOf(pair)) sh(`ip netns add ${spaceOf(name)}; ip -n ${spaceOf(name)} link set lo up`);
    for (const { name, device, bridge, address } of ports)
      sh(`ip -n ${this.#space} link add ${name}.${device} type veth peer name ${device} netns ${spaceOf(name)}
        ip -n ${this.#space} link set ${name}.${device} master ${bridge} up
        ip -n ${spaceOf(name)} addr add ${address}/24 dev ${device}
        ip -n ${spaceOf(name)} link set ${device} up`);
  }

  /** What is sent vanishes, and nobody is told. */
  set(name: string, device: string, how: 'cut' | 'whole'): void {
    sh(`ip -n ${this.#space} link set ${name}.${device} ${how === 'cut' ? 'down' : 'up'}`);
  }

  async remove(): Promise<void> {
    await namespaceRemove(this.#space);
  }
}

export class Member {
  readonly name: string;
  readonly folders: SiteFolders;
  readonly space: string;
  volumes: Volumes | undefined;
  readonly told: string[] = [];
  readonly #of: VolumesMember;
  #supervisor: Supervisor | undefined;
  #logs: { stop(): void } | undefined;

  constructor(of: { name: string; folder: string; pair: Pair; space: string }) {
    const { name, folder, pair, space } = of;
    this.name = name;
    this.space = space;
    this.folders = siteFolders(path.join(folder, name));
    this.#of = {
      groupRoot: `/${testName(`vol-${name}`)}`,
      folders: this.folders,
      pair,
      self: name,
      path: PROGRAM_PATH,
      cgroups,
      networkNamespace: `/run/netns/${space}`,
    };
  }

  get brick(): string {
    return `${this.folders.gluster.bricks}/replicated`;
  }

  get brickPids(): number[] {
    return cgroups
      .processes(bricksCgroup(this.#of.groupRoot))
      .filter((pid) => fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('/usr/sbin/glusterfsd\0'));
  }

  start(): void {
    const { pair, networkNamespace } = this.#of;
    const { folders } = this;
    const surroundings = { clock: systemClock, log: memoryLog() };
    const records = openProcessRecords({ file: folders.processes, ...surroundings });
    const events = { add: () => undefined };
    const supervisor = startSupervisor({ ...surroundings, events, records, cgroups, logFile: folders.log });
    this.#supervisor = supervisor;
    supervisor.run(glusterdProcess(this.#of));
    this.#logs = keepGlusterLogs({ folder: folders.gluster.logs, clock: systemClock });
    if (this.name === pair.witness.name) return;
    const gluster = openGluster({ places: folders.gluster, ...(networkNamespace && { networkNamespace }) });
    const volumes = keepVolumes({
      self: this.name,
      pair,
      farWitness: false,
      gluster,
      view: (bricks) => volumeView(folders, bricks),
      pending: () => brickPending(folders),
      controls: () => this.name === 'node-a',
      told: ({ reason }) => this.told.push(reason),
      clock: systemClock,
      log: memoryLog(),
    });
    this.volumes = volumes;
    const client = volumeClientProcess({ ...this.#of, bricks: 3 });
    void until(`there is a volume for ${this.name}`, () => volumes.started).then(() => supervisor.run(client));
  }

  /** As a power cut does: everything at once, and nobody starts it again. */
  async kill(): Promise<void> {
    this.#supervisor?.release();
    this.volumes?.stop();
    this.#logs?.stop();
    if (!(await cgroups.killAll(this.#of.groupRoot))) throw new Error(`processes of ${this.name} stay`);
  }

  /** As a fence does it. */
  async killClient(): Promise<void> {
    await cgroups.killAll(volumesCgroup(this.#of.groupRoot));
  }

  async remove(): Promise<void> {
    await this.kill();
    cgroups.remove(this.#of.groupRoot);
    for (const point of mountsBelow(this.folders.data)) execFileSync('umount', ['--lazy', point]);
    await namespaceRemove(this.space);
  }
}

export class VolumesPair {
  readonly folder = testFolder('volumes');
  readonly pair = planPair(SUBNET, (voter) => `/data/${voter}`);
  readonly members: readonly Member[];
  readonly #wires: Wires;

  constructor() {
    const spaceOf = (name: string): string => testName(`vol-${name}`);
    this.#wires = new Wires(this.pair, spaceOf);
    const { folder, pair } = this;
    this.members = votersOf(pair).map(({ name }) => new Member({ name, folder, pair, space: spaceOf(name) }));
  }

  async start(): Promise<void> {
    for (const { space } of this.members) {
      const apply = async (script: string): Promise<void> => void inSpace(space, ['nft', '-f', '-'], script);
      await refuseStrangers({ nft: { apply, show: async () => undefined }, site: { id: 'test' }, pair: this.pair });
    }
    for (const member of this.members) member.start();
  }

  /** Who can connect to glusterd of a node: from another member's namespace, by an address of the access network. */
  reachesGlusterd(of: { from: string; source: string; to: string; waitMs: number }): boolean {
    const { space } = this.member(of.from);
    const { access } = voterOf(this.pair, of.to);
    sh(`ip -n ${space} addr replace ${of.source}/24 dev ${this.pair.accessDevice}`);
    const probe = `require('node:net').connect({ host: '${access}', port: 24007, localAddress: '${of.source}' })
      .on('connect', () => process.exit(0)).on('error', () => process.exit(1)).setTimeout(${of.waitMs}, () => process.exit(1))`;
    return spawnSync('nsenter', [`--net=/run/netns/${space}`, process.execPath, '-e', probe]).status === 0;
  }

  member(name: string): Member {
    const member = this.members.find((one) => one.name === name);
    if (!member) throw new Error(`no member ${name}`);
    return member;
  }

  /** A path on replicated volumes, as one node sees it. */
  on(name: string, file: string): string {
    return `${this.folderOn(name)}/${file}`;
  }

  folderOn(name: string): string {
    return this.member(name).folders.replicatedVolumes;
  }

  cutStorage(name: string): void {
    this.#wires.set(name, this.pair.storageDevice, 'cut');
  }

  cutAll(name: string): void {
    for (const device of this.#devicesOf(name)) this.#wires.set(name, device, 'cut');
  }

  mend(name: string): void {
    for (const device of this.#devicesOf(name)) this.#wires.set(name, device, 'whole');
  }

  #devicesOf(name: string): string[] {
    const { accessDevice, storageDevice, witness } = this.pair;
    return name === witness.name ? [accessDevice] : [accessDevice, storageDevice];
  }

  /** Every copy is reached from both nodes, and whole. */
  async whole(): Promise<void> {
    for (const { name } of this.pair.nodes)
      await until(`${name} reaches every copy, all whole`, () => {
        const state = this.member(name).volumes?.state();
        return state?.mounted && state.bricks.every(({ up }) => up) && state.healing === 0;
      });
  }

  async remove(): Promise<void> {
    for (const member of this.members) await member.remove();
    await this.#wires.remove();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
