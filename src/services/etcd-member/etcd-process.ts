// etcd of a voter, as a process to supervise, and how its processes reach the members. Source: etcd 3.4, configuration flags.
import { WorldError } from '#base';
import { ETCD_SERVER_NAME } from '#engine/certificates';
import {
  addressBetween,
  CONTROL_LINK,
  type Pair,
  type SiteFolders,
  VOTER_PORTS,
  voterOf,
  votersOf,
  WITNESS_NAME,
} from '#model/site';
import { makeFolder } from '#platform/disk';
import { EtcdClient, type EtcdOptions } from '#platform/etcd';
import { ELECTION_MS, HEARTBEAT_MS, PROBE_MS, QUOTA_BYTES } from './limits.ts';

export interface EtcdMember {
  readonly pair: Pair;
  /** The voter. */
  readonly self: string;
  readonly folders: SiteFolders;
  /** The others have left for good: it listens to this node alone. */
  readonly isAlone?: boolean;
}

const url = (host: string, port: number): string => `https://${host}:${port}`;

/** Every address of a voter at which a member listens. */
function listening({ pair, self, isAlone }: EtcdMember, port: number): string {
  if (isAlone) return url('127.0.0.1', port);
  const { access, storage } = voterOf(pair, self);
  return [access, ...(storage === undefined ? [] : [storage])].map((host) => url(host, port)).join();
}

/** Where the others find a member: of a node the storage network's address first, which the witness does not reach, so that it takes the
 * second. Nodes refuse each other on the access network: who loses the storage network loses its vote, as it loses its volumes. */
function peerUrls(pair: Pair, voter: string): string[] {
  const { access, storage } = voterOf(pair, voter);
  const hosts = storage === undefined ? [access] : [storage, access];
  return hosts.map((host) => url(host, VOTER_PORTS.etcdPeers));
}

function argumentsOf(of: EtcdMember): string[] {
  const { pair, self, folders } = of;
  const { access, storage } = voterOf(pair, self);
  const own = ['127.0.0.1', ...(storage === undefined ? [] : [CONTROL_LINK.node])];
  const leaf = `${folders.pki}/etcd-${self}.pem`;
  const trust = ['', 'peer-'].flatMap((side) => [
    ...[`--${side}cert-file`, leaf, `--${side}key-file`, leaf],
    ...[`--${side}trusted-ca-file`, `${folders.pki}/etcd/anchor.crt`, `--${side}client-cert-auth`],
  ]);
  const all = votersOf(pair).flatMap(({ name }) => peerUrls(pair, name).map((one) => `${name}=${one}`));
  return [
    ...['--name', self, '--data-dir', folders.etcd, '--logger', 'zap', '--log-level', 'warn'],
    ...[
      '--listen-client-urls',
      [...new Set([listening(of, VOTER_PORTS.etcd), ...own.map((host) => url(host, VOTER_PORTS.etcd))])].join(),
    ],
    ...['--advertise-client-urls', url(access, VOTER_PORTS.etcd)],
    ...['--listen-peer-urls', listening(of, VOTER_PORTS.etcdPeers)],
    ...['--initial-advertise-peer-urls', peerUrls(pair, self).join(), '--initial-cluster', all.join()],
    ...['--heartbeat-interval', String(HEARTBEAT_MS), '--election-timeout', String(ELECTION_MS), '--pre-vote'],
    ...['--quota-backend-bytes', String(QUOTA_BYTES), ...trust],
  ];
}

/** How a process of a voter reaches the members: its own first. `from`: whether it stands on the node or in its master machine. */
export function etcdClientOptions(
  { pair, self }: Omit<EtcdMember, 'folders'>,
  pki: { leaf(name: string): { readonly certPem: string; readonly keyPem: string }; anchor(authority: 'etcd'): string },
  from: 'node' | 'master' = 'node',
): EtcdOptions {
  const own = from === 'node' ? '127.0.0.1' : CONTROL_LINK.node;
  const others = votersOf(pair).filter(({ name }) => name !== self);
  const hosts = [own, ...others.map(({ name }) => addressBetween(pair, self, name))];
  const leaf = self === WITNESS_NAME ? `etcd-${self}` : 'etcd-client';
  return {
    endpoints: hosts.map((host) => `${host}:${VOTER_PORTS.etcd}`),
    tls: () => {
      const { certPem, keyPem } = pki.leaf(leaf);
      return { ca: pki.anchor('etcd'), cert: certPem, key: keyPem, serverName: ETCD_SERVER_NAME };
    },
  };
}

/** How one member alone is reached from a voter. */
export function etcdMemberOptions(
  of: Omit<EtcdMember, 'folders'>,
  pki: Parameters<typeof etcdClientOptions>[1],
  member: string,
): EtcdOptions {
  const host = member === of.self ? '127.0.0.1' : addressBetween(of.pair, of.self, member);
  return { ...etcdClientOptions(of, pki), endpoints: [`${host}:${VOTER_PORTS.etcd}`] };
}

/** `ownClient`: how the member on this node alone is reached. */
export function etcdProcess(
  of: EtcdMember & { readonly path: string; readonly cgroup?: string; ownClient(): EtcdOptions },
) {
  const { self, folders, path, cgroup } = of;
  makeFolder(folders.etcd);
  const ask = async (act: (client: EtcdClient) => Promise<unknown>): Promise<void> => {
    const options = of.ownClient();
    const client = new EtcdClient({ ...options, endpoints: options.endpoints.slice(0, 1), timeoutMs: PROBE_MS });
    try {
      await act(client);
    } finally {
      client.close();
    }
  };
  return {
    name: 'etcd',
    node: self,
    argv: ['etcd', ...argumentsOf(of)],
    env: { PATH: path },
    ...(cgroup !== undefined && { cgroup }),
    // A read that a majority vouches for: before that, nothing that rests on it can start.
    isReady: async () => {
      try {
        await ask((client) => client.range({ key: Buffer.from('ready') }));
        return true;
      } catch (error) {
        if (error instanceof WorldError && error.code === 'Unavailable') return false;
        throw error;
      }
    },
    // Alone it has no majority, and lives all the same.
    answers: () => ask((client) => client.status()),
  };
}
