// The command line of gluster, run in the namespace of the node's glusterd and asked for XML.
import { WorldError } from '#base';
import { run } from '#platform/process';
import type { BrickHealing, Gluster, GlusterPeer, GlusterVolume } from './contract.ts';
import { COMMAND_MS_MAX } from './limits.ts';
import { BRICKS_INSIDE, type GlusterPlaces, insideArgv } from './places.ts';
import { xmlElements, xmlText } from './xml.ts';

export interface GlusterOptions {
  readonly places: GlusterPlaces;
  /** Path of the network namespace of the node, when it is not ours. */
  readonly networkNamespace?: string;
}

export function peersRead(xml: string): GlusterPeer[] {
  return xmlElements(xml, 'peer').map((peer) => ({
    name: xmlText(peer, 'hostname') ?? '',
    connected: xmlText(peer, 'connected') === '1',
    member: xmlText(peer, 'stateStr') === 'Peer in Cluster',
  }));
}

const hostOf = (brick: string): string => brick.slice(0, brick.indexOf(':'));

export function volumeRead(xml: string, name: string): GlusterVolume | undefined {
  const volume = xmlElements(xml, 'volume').find((one) => xmlText(one, 'name') === name);
  if (volume === undefined) return undefined;
  const options = xmlElements(volume, 'option').map((option) => [xmlText(option, 'name'), xmlText(option, 'value')]);
  return {
    name,
    started: xmlText(volume, 'statusStr') === 'Started',
    brickHosts: xmlElements(volume, 'brick').map((brick) => hostOf(xmlText(brick, 'name') ?? '')),
    arbiter: xmlText(volume, 'arbiterCount') === '1',
    options: Object.fromEntries(options),
  };
}

/** What is being written just now is told as possibly being healed, and is not counted. */
export function healingRead(xml: string): BrickHealing[] {
  return xmlElements(xml, 'brick').map((brick) => {
    const count = (name: string): number => Number(xmlText(brick, name) ?? 0) || 0;
    return {
      host: hostOf(xmlText(brick, 'name') ?? ''),
      reached: xmlText(brick, 'status') === 'Connected',
      entries: count('numberOfEntriesInHealPending') + count('numberOfEntriesInSplitBrain'),
    };
  });
}

export function openGluster({ places, networkNamespace }: GlusterOptions): Gluster {
  const ask = async (...command: string[]): Promise<string> => {
    const argv = insideArgv(places, ['gluster', '--mode=script', '--xml', ...command]);
    const [file = '', ...args] = networkNamespace ? ['nsenter', `--net=${networkNamespace}`, '--', ...argv] : argv;
    const { code, stdout, stderr } = await run(file, args, { timeoutMs: COMMAND_MS_MAX });
    const said = xmlText(stdout, 'opErrstr') || stderr.trim();
    if (code !== 0 || xmlText(stdout, 'opRet') !== '0')
      throw new WorldError('Failed', `gluster ${command.join(' ')}: ${said || `exit ${code}`}`, {
        attempted: 'ask gluster',
      });
    return stdout;
  };
  const bricks = (name: string, hosts: readonly string[]): string[] =>
    hosts.map((host) => `${host}:${BRICKS_INSIDE}/${name}`);
  return {
    peers: async () => peersRead(await ask('peer', 'status')),
    probe: async (name) => void (await ask('peer', 'probe', name)),
    volume: async (name) => volumeRead(await ask('volume', 'info'), name),
    createVolume: async ({ name, hosts, arbiter }) => {
      const kind = arbiter ? ['replica', `${hosts.length}`, 'arbiter', '1'] : ['replica', `${hosts.length}`];
      // Force: a brick may stand on the machine's own disk, and bear the marks of an attempt that was interrupted.
      await ask('volume', 'create', name, ...kind, ...bricks(name, hosts), 'force');
    },
    setOptions: async (name, options) => void (await ask('volume', 'set', name, ...Object.entries(options).flat())),
    startVolume: async (name) => void (await ask('volume', 'start', name, 'force')),
    healing: async (name) => healingRead(await ask('volume', 'heal', name, 'info', 'summary')),
  };
}
