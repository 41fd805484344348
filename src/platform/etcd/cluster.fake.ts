// A real etcd of several members that trust each other and their clients by certificates only, on free ports, for tests.
import fs from 'node:fs';
import path from 'node:path';
import { present } from '#base';
import { testFolder } from '#platform/process';
import { issueCertificate, newKeyPem } from '#platform/x509';
import type { EtcdOptions } from './contract.ts';
import { EtcdProcess, freePorts } from './etcd-process.fake.ts';

export interface EtcdCluster {
  /** Holds the data folder of each member, by its name. */
  readonly folder: string;
  readonly members: ReadonlyMap<string, EtcdProcess>;
  /** For a client, the member that is named first. */
  clientOf(name: string): Pick<EtcdOptions, 'endpoints' | 'tls'>;
  stop(): Promise<void>;
}

/** What a site's members are given: an election is over within a second, and a busy disk brings none about. */
const TICKS = ['--heartbeat-interval', '50', '--election-timeout', '500'];
const MEMBERS = 'etcd';
const YEAR_MS = 31_536_000_000;

/** What a member shows and believes, in files that may be replaced under it, and what its clients do. */
export interface MemberCredentials {
  readonly leafFile: string;
  readonly anchorFile: string;
  readonly client: NonNullable<EtcdOptions['tls']>;
}

const argumentsOf = ({ leafFile, anchorFile }: MemberCredentials): string[] =>
  ['', 'peer-'].flatMap((of) => [
    ...[`--${of}cert-file`, leafFile, `--${of}key-file`, leafFile],
    ...[`--${of}trusted-ca-file`, anchorFile, `--${of}client-cert-auth`],
  ]);

/** Credentials are made unless they are given, a member's each. WorldError `NotFound` names the package when etcd is not installed. */
export async function startEtcdCluster(
  names: readonly string[],
  given?: (name: string) => MemberCredentials,
): Promise<EtcdCluster> {
  const folder = testFolder('etcd');
  const made = given ? undefined : await credentialsIn(folder);
  const credentialsOf = (name: string): MemberCredentials => present(given?.(name) ?? made, 'a member has credentials');
  const ports = await freePorts(names.length * 2);
  const peerUrl = (index: number): string => `https://127.0.0.1:${ports[2 * index + 1]}`;
  const all = names.map((name, index) => `${name}=${peerUrl(index)}`).join();
  const members = new Map(
    names.map((name, index) => {
      const endpoint = `127.0.0.1:${ports[2 * index]}`;
      const args = [
        ...['--name', name, '--data-dir', path.join(folder, name), '--logger', 'zap', '--log-level', 'error'],
        ...['--listen-client-urls', `https://${endpoint}`, '--advertise-client-urls', `https://${endpoint}`],
        ...['--listen-peer-urls', peerUrl(index), '--initial-advertise-peer-urls', peerUrl(index)],
        ...['--initial-cluster', all, ...TICKS, ...argumentsOf(credentialsOf(name))],
      ];
      return [name, new EtcdProcess({ endpoint, args, tls: credentialsOf(name).client })] as const;
    }),
  );
  await Promise.all([...members.values()].map((member) => member.start()));
  const endpoints = [...members.values()].map(({ endpoint }) => endpoint);
  return {
    folder,
    members,
    clientOf: (name) => {
      const own = members.get(name)?.endpoint ?? '';
      return { endpoints: [own, ...endpoints.filter((one) => one !== own)], tls: credentialsOf(name).client };
    },
    stop: async () => {
      await Promise.all([...members.values()].map((member) => member.kill()));
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One authority, and one leaf for members and clients alike. */
async function credentialsIn(folder: string): Promise<MemberCredentials> {
  const life = { notBeforeMs: 0, notAfterMs: Date.now() + YEAR_MS };
  const [authorityKey, key] = [newKeyPem(), newKeyPem()];
  const ca = await issueCertificate({ ...life, commonName: 'test', use: 'authority', keyPem: authorityKey });
  const issuer = { certPem: ca, keyPem: authorityKey };
  const names = ['127.0.0.1', MEMBERS];
  const leaf = { commonName: 'member', names, use: 'server-and-client' as const, keyPem: key, issuer };
  const cert = await issueCertificate({ ...life, ...leaf });
  const file = (name: string, text: string): string => {
    fs.writeFileSync(path.join(folder, name), text, { mode: 0o600 });
    return path.join(folder, name);
  };
  return {
    leafFile: file('leaf.pem', `${key}${cert}`),
    anchorFile: file('ca.pem', ca),
    client: { ca, cert, key, serverName: MEMBERS },
  };
}
