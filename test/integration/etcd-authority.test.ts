// The authority of etcd replaced under three real members and a client that writes all the while: announced, signing, the old one dropped, by
// the keepers that a site has. No member is restarted while another is away, no write that was acknowledged is lost, and writing goes on
// throughout; what only the old authority signed is refused at the end.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { present, WorldError } from '#base';
import { ETCD_SERVER_NAME } from '#engine/certificates';
import {
  DATA_FORMAT_VERSION,
  DEFAULT_PORTS,
  DEVICE_CLUSTER,
  LOOPBACK_NETWORK,
  planPair,
  type Site,
  type SiteFolders,
  siteFolders,
} from '#model/site';
import { systemClock } from '#platform/clock';
import { connectEtcd, type EtcdCluster, type EtcdOptions, startEtcdCluster } from '#platform/etcd';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { keepMember, type MemberKeeper } from '#services/etcd-member';
import {
  type CertificateKeeper,
  ensurePki,
  keepCertificates,
  openPki,
  siteSealKeys,
  witnessSealKeys,
} from '#services/infrastructure';
import { keepSharedFiles, keepWitnessFiles, type SharedFiles, type WitnessFiles } from '#services/shared-files';

const NODES = ['node-a', 'node-b'] as const;
const VOTERS = [...NODES, 'witness'] as const;
type Voter = (typeof VOTERS)[number];
const LEADERSHIP = { key: '/holdfast/site/control', value: 'node-a/1' };

const root = testFolder('etcd-authority');
const foldersOf = (voter: Voter): SiteFolders => siteFolders(path.join(root, voter));
const site: Site = {
  formatVersion: DATA_FORMAT_VERSION,
  ...{ name: 'ship-1', id: 'abcdef', createdAt: '2026-11-21T00:00:00Z', domain: 'site.internal' },
  ...{
    runtime: 'containerd',
    network: LOOPBACK_NETWORK,
    ports: DEFAULT_PORTS,
    machines: [],
    clusters: [DEVICE_CLUSTER],
  },
  pair: planPair('127.0.0.0/24', (voter) => path.join(root, voter)),
};

/** What a process of a voter shows and believes, as its folder has it now. */
function tlsOf(voter: Voter) {
  const pki = openPki(foldersOf(voter).pki);
  const { certPem: cert, keyPem: key } = pki.leaf(`etcd-${voter}`);
  return { ca: pki.anchor('etcd'), cert, key, serverName: ETCD_SERVER_NAME };
}

let etcd: EtcdCluster;
const files: Partial<Record<(typeof NODES)[number], SharedFiles>> = {};
const members = new Map<Voter, MemberKeeper>();
const restarts: { voter: Voter; others: boolean }[] = [];
let witness: WitnessFiles;
let certificates: CertificateKeeper;

const controller = (): SharedFiles => present(files['node-a'], 'node-a shares');
const clientOf = (voter: Voter): EtcdOptions => ({ ...etcd.clientOf(voter), tls: () => tlsOf(voter) });

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > 120_000) throw new Error(`${what}: not in time`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function answers(voter: Voter): Promise<boolean> {
  const client = connectEtcd({
    endpoints: [present(etcd.members.get(voter), 'a member').endpoint],
    ...{ tls: () => tlsOf(voter), timeoutMs: 5_000 },
  });
  try {
    return ((await client.status()).leader ?? 0) !== 0;
  } catch {
    return false;
  } finally {
    client.close();
  }
}

function keepMemberOf(voter: Voter): MemberKeeper {
  const member = present(etcd.members.get(voter), 'a member');
  const { pki, run } = foldersOf(voter);
  return keepMember({
    ...{ self: voter, voters: VOTERS, etcd: clientOf(voter), clock: systemClock, log: memoryLog() },
    memberOf: (other) => ({
      endpoints: [present(etcd.members.get(other), 'a member').endpoint],
      tls: () => tlsOf(voter),
    }),
    anchorFile: `${pki}/etcd/anchor.crt`,
    recordFile: `${run}/etcd-member.json`,
    process: () => (member.pid === undefined ? undefined : String(member.pid)),
    restart: async () => {
      const others = await Promise.all(VOTERS.filter((one) => one !== voter).map(answers));
      restarts.push({ voter, others: others.every(Boolean) });
      await member.stop();
      await member.start();
    },
  });
}

before(async () => {
  const [first, second, third] = VOTERS.map(foldersOf);
  assert.ok(first && second && third);
  await ensurePki({ site, folders: first, now: Date.now() });
  fs.cpSync(first.pki, second.pki, { recursive: true });
  for (const file of ['witness-key.json', 'etcd-witness.pem', 'etcd/anchor.crt']) {
    fs.mkdirSync(path.dirname(path.join(third.pki, file)), { recursive: true });
    fs.copyFileSync(path.join(first.pki, file), path.join(third.pki, file));
  }
  etcd = await startEtcdCluster(VOTERS, (name) => {
    const { pki } = foldersOf(name as Voter);
    return {
      leafFile: `${pki}/etcd-${name}.pem`,
      anchorFile: `${pki}/etcd/anchor.crt`,
      client: () => tlsOf(name as Voter),
    };
  });
  const client = connectEtcd(clientOf('node-a'));
  const put = { request_put: { key: Buffer.from(LEADERSHIP.key), value: Buffer.from(LEADERSHIP.value) } };
  await client.txn({ compare: [], success: [put] });
  client.close();
  for (const [i, self] of NODES.entries()) {
    const folders = foldersOf(self);
    files[self] = keepSharedFiles({
      ...{
        self,
        other: NODES[1 - i] ?? '',
        data: folders.data,
        etcd: clientOf(self),
        clock: systemClock,
        log: memoryLog(),
      },
      ...{ keys: siteSealKeys(folders), witnessKeys: witnessSealKeys(folders) },
    });
  }
  witness = keepWitnessFiles({
    ...{ data: third.data, etcd: clientOf('witness'), clock: systemClock, log: memoryLog() },
    witnessKeys: witnessSealKeys(third),
  });
  await controller().lead(LEADERSHIP);
  for (const voter of VOTERS) members.set(voter, keepMemberOf(voter));
  const inStep = (): boolean => controller().state().inStep && controller().state().witness.inStep;
  certificates = keepCertificates({
    ...{ site, folders: first, clock: systemClock, log: memoryLog(), renewed: () => undefined },
    tokensHeld: async () => false,
    pair: {
      etcdIsEverywhere: () => inStep() && members.get('node-a')?.isEverywhere() === true,
      sealing: { isEverywhere: inStep, left: () => undefined },
    },
  });
});

after(async () => {
  certificates?.close();
  for (const member of members.values()) await member.close();
  await Promise.all(Object.values(files).map((one) => one.close()));
  await witness?.close();
  await etcd?.stop();
  fs.rmSync(root, { recursive: true });
});

/** Writes one number after the other, each until it is written; says how long none was taken at most. */
function writeAllTheTime() {
  const client = connectEtcd({ ...clientOf('node-a'), timeoutMs: 500 });
  const written = { count: 0, longestGapMs: 0 };
  let stopped = false;
  const running = (async () => {
    for (let last = performance.now(); !stopped; ) {
      const put = { request_put: { key: Buffer.from('/written'), value: Buffer.from(String(written.count + 1)) } };
      try {
        await client.txn({ compare: [], success: [put] });
      } catch (error) {
        if (error instanceof WorldError && error.code === 'Unavailable') continue;
        throw error;
      }
      const now = performance.now();
      written.count++;
      written.longestGapMs = Math.max(written.longestGapMs, now - last);
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    written,
    stop: async (): Promise<number> => {
      stopped = true;
      await running;
      const { kvs } = await client.range({ key: Buffer.from('/written') });
      client.close();
      return Number(kvs[0]?.value.toString());
    },
  };
}

const authorities = (voter: Voter): number =>
  openPki(foldersOf(voter).pki)
    .anchor('etcd')
    .match(/BEGIN CERTIFICATE/g)?.length ?? 0;
/** Every member was started with whom its voter trusts, and all trust the same. */
const allInUse = (): boolean => [...members.values()].every((member) => member.isEverywhere());

test('the authority of etcd is replaced under three members and a client that writes all the while', async (t) => {
  await until('all members are known as they were started', () =>
    [...members.values()].every(({ plan }) => plan !== undefined),
  );
  await until('they are as they are to be', allInUse);
  restarts.length = 0;
  const old = Object.fromEntries(VOTERS.map((voter) => [voter, tlsOf(voter)])) as Record<
    Voter,
    ReturnType<typeof tlsOf>
  >;
  const writing = writeAllTheTime();

  await certificates.renew({ name: 'etcd', hurry: true, finish: false });
  await until('all trust both', () => allInUse() && VOTERS.every((voter) => authorities(voter) === 2));
  assert.deepEqual(restarts.map(({ voter }) => voter).toSorted(), [...VOTERS], 'each was restarted once');
  for (const voter of VOTERS) assert.equal(tlsOf(voter).cert, old[voter].cert, 'the old one signs until then');

  await until('the next one signs, on every voter', () =>
    VOTERS.every((voter) => tlsOf(voter).cert !== old[voter].cert),
  );
  await until('everything is taken over', () => controller().state().inStep && controller().state().witness.inStep);
  assert.equal(restarts.length, 3, 'leaves are taken up without a restart');
  for (const voter of VOTERS) assert.equal(await answers(voter), true, 'the new leaf is let in');

  await certificates.renew({ name: 'etcd', hurry: false, finish: true });
  await until('the new one alone is trusted', () => allInUse() && VOTERS.every((voter) => authorities(voter) === 1));
  assert.deepEqual(
    restarts
      .slice(3)
      .map(({ voter }) => voter)
      .toSorted(),
    [...VOTERS],
    'each was restarted once more',
  );
  assert.ok(
    restarts.every(({ others }) => others),
    'never while another was away',
  );

  const { count, longestGapMs } = writing.written;
  const last = await writing.stop();
  assert.ok(last >= count, 'what was acknowledged is there');
  t.diagnostic(`${count} writes, the longest wait for one ${Math.round(longestGapMs)} ms`);
  assert.ok(longestGapMs < 15_000, 'writing went on');

  const late = connectEtcd({ ...etcd.clientOf('node-a'), tls: old['node-a'], timeoutMs: 1_000 });
  await assert.rejects(late.range({ key: Buffer.from('/written') }), { code: 'Unavailable' });
  late.close();
});
