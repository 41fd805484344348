// Runs in the guest: Debian's etcd over mutual TLS, with certificates as a site has them for it, and a store of ours on it.
//   keep     writes a key every few seconds, and says each that was acknowledged, until it is told to end
//   verify   reads everything that was ever said to be kept; ends with 1 when something is missing
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '#base';
import { authorityEndMs, FOREVER_AGO_MS } from '#engine/certificates';
import { issueCertificate, newKeyPem } from '#platform/x509';
import { openEtcdStore, type Store } from '#store';

const FOLDER = '/var/lib/etcd-keeper';
const SAID = path.join(FOLDER, 'said');
const CLIENT = '127.0.0.1:23790';
/** What the server's certificate is for: an address is no name for TLS. */
const NAME = 'keeper';
const PEER = 'http://127.0.0.1:23800';
const EVERY_MS = 3_000;
/** Emulated, and other work beside it. */
const ANSWER_MS = 30_000;
const file = (name: string): string => path.join(FOLDER, name);
const read = (name: string): string => fs.readFileSync(file(name), 'utf8');
const say = (line: string): void => fs.appendFileSync(SAID, `${line}\n`);

/** Made once: an authority, and what server and client show each other. */
async function makeCertificates(): Promise<void> {
  if (fs.existsSync(file('client.crt'))) return;
  const span = { notBeforeMs: FOREVER_AGO_MS, notAfterMs: authorityEndMs(Date.now()) };
  const ca = { keyPem: newKeyPem(), certPem: '' };
  ca.certPem = await issueCertificate({ ...span, commonName: 'etcd', use: 'authority', keyPem: ca.keyPem });
  fs.writeFileSync(file('ca.crt'), ca.certPem);
  for (const use of ['server-and-client', 'client'] as const) {
    const name = use === 'client' ? 'client' : 'server';
    const keyPem = newKeyPem();
    const certPem = await issueCertificate({
      ...span,
      commonName: name,
      names: ['127.0.0.1', NAME],
      use,
      keyPem,
      issuer: ca,
    });
    fs.writeFileSync(file(`${name}.key`), keyPem, { mode: 0o600 });
    fs.writeFileSync(file(`${name}.crt`), certPem);
  }
}

function startEtcd(): ChildProcess {
  const log = fs.openSync(file('etcd.log'), 'a');
  const args = [
    ...['--name', 'one', '--data-dir', file('data'), '--logger', 'zap'],
    ...['--listen-client-urls', `https://${CLIENT}`, '--advertise-client-urls', `https://${CLIENT}`],
    ...['--listen-peer-urls', PEER, '--initial-advertise-peer-urls', PEER, '--initial-cluster', `one=${PEER}`],
    ...['--client-cert-auth', '--trusted-ca-file', file('ca.crt')],
    ...['--cert-file', file('server.crt'), '--key-file', file('server.key')],
    ...['--heartbeat-interval', '500', '--election-timeout', '5000'],
  ];
  return spawn('etcd', args, { stdio: ['ignore', log, log] });
}

async function openStore(): Promise<Store<string>> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await openEtcdStore({
        endpoints: [CLIENT],
        tls: { ca: read('ca.crt'), cert: read('client.crt'), key: read('client.key'), serverName: NAME },
        prefix: '/keeper',
        identity: String(process.pid),
        index: () => '',
        timeoutMs: ANSWER_MS,
      });
    } catch (error) {
      if (attempt === 100) throw error;
      await pause(EVERY_MS);
    }
  }
}

const keyOf = (n: number): string => `/kept/${n}`;
const saidToBeKept = (): number[] =>
  fs.existsSync(SAID) ? [...read('said').matchAll(/^kept (\d+)$/gm)].map(([, n]) => Number(n)) : [];

async function keep(store: Store<string>): Promise<void> {
  let isToEnd = false;
  process.once('SIGTERM', () => {
    isToEnd = true;
  });
  for (let n = (saidToBeKept().at(-1) ?? 0) + 1; !isToEnd; n++) {
    try {
      await store.write(keyOf(n), () => ({ kind: 'put', encode: () => Buffer.from(`{"n":${n}}`) }));
      if (store.get(keyOf(n)) === undefined) say(`lost ${n}`);
      else say(`kept ${n}`);
    } catch (error) {
      say(`failed ${n}: ${messageOf(error)}`);
    }
    await pause(EVERY_MS);
  }
}

function verify(store: Store<string>): void {
  const kept = saidToBeKept();
  const missing = kept.filter((n) => store.get(keyOf(n)) === undefined);
  const failed = [...read('said').matchAll(/^(?:failed|lost) .*$/gm)].map(([line]) => line);
  console.log(JSON.stringify({ kept: kept.length, missing, failed }));
  if (kept.length === 0 || missing.length > 0 || failed.length > 0) process.exitCode = 1;
}

fs.mkdirSync(FOLDER, { recursive: true });
await makeCertificates();
const etcd = startEtcd();
const ended = once(etcd, 'exit');
const store = await openStore();
if (process.argv[2] === 'verify') verify(store);
else await keep(store);
await store.close();
etcd.kill('SIGTERM');
await ended;
