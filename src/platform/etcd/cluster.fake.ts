// A real etcd of several members that trust each other and their clients by certificates only, on free ports, for tests.
import fs from 'node:fs';
import path from 'node:path';
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

/** WorldError `NotFound` names the package when etcd is not installed. */
export async function startEtcdCluster(names: readonly string[]): Promise<EtcdCluster> {
  const folder = testFolder('etcd');
  const tls = await credentialsIn(folder);
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
        ...['--initial-cluster', all, ...TICKS, ...tls.args],
      ];
      return [name, new EtcdProcess({ endpoint, args, tls: tls.client })] as const;
    }),
  );
  await Promise.all([...members.values()].map((member) => member.start()));
  const endpoints = [...members.values()].map(({ endpoint }) => endpoint);
  return {
    folder,
    members,
    clientOf: (name) => {
      const own = members.get(name)?.endpoint ?? '';
      return { endpoints: [own, ...endpoints.filter((one) => one !== own)], tls: tls.client };
    },
    stop: async () => {
      await Promise.all([...members.values()].map((member) => member.kill()));
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One authority, and one leaf for members and clients alike. */
async function credentialsIn(folder: string): Promise<{ args: string[]; client: NonNullable<EtcdOptions['tls']> }> {
  const life = { notBeforeMs: 0, notAfterMs: Date.now() + YEAR_MS };
  const [authorityKey, key] = [newKeyPem(), newKeyPem()];
  const ca = await issueCertificate({ ...life, commonName: 'test', use: 'authority', keyPem: authorityKey });
  const issuer = { certPem: ca, keyPem: authorityKey };
  const use = 'server-and-client';
  const cert = await issueCertificate({
    ...life,
    commonName: 'member',
    names: ['127.0.0.1', MEMBERS],
    use,
    keyPem: key,
    issuer,
  });
  const file = (name: string, text: string): string => {
    fs.writeFileSync(path.join(folder, name), text, { mode: 0o600 });
    return path.join(folder, name);
  };
  const [caFile, certFile, keyFile] = [file('ca.pem', ca), file('cert.pem', cert), file('key.pem', key)];
  const args = ['', 'peer-'].flatMap((of) => [
    ...[`--${of}cert-file`, certFile, `--${of}key-file`, keyFile],
    ...[`--${of}trusted-ca-file`, caFile, `--${of}client-cert-auth`],
  ]);
  return { args, client: { ca, cert, key, serverName: MEMBERS } };
}
