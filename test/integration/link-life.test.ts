// The life of a link, with real processes: a site with a pod on containerd, a hub, and between them a wire that is slow, spoils bytes and
// breaks. While it is broken the site's clock moves over months and years and every certificate is replaced; then the link is there
// again. All the while the pod asks the API with its token and kubectl never rests, and neither is ever refused.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { HubJournalRecord, HubSiteDetails, HubTokenAnswer, ListedHubSite } from '#model/hub';
import type { LinkStatus, ListedCertificate } from '#model/site';
import { eventsOf } from '../faults/events.fixture.ts';
import { type Held, holdOpen, killHeld } from './held-kubectl.fixture.ts';
import { HostileWire } from './hostile-wire.fixture.ts';
import { type HubProcess, hubProcess } from './hub-life.fixture.ts';
import { bringUp, eventually, KUBECTL, ran, testSite } from './site.fixture.ts';
import { POD, type RunningPod, restlessKubectl, startsAnother, startTokenPod } from './token-pod.fixture.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Authorities that are replaced while the link is away. */
const ROLLED = ['root', 'kubernetes-clients', 'kubernetes-servers', 'node-clients', 'front-doors', 'service-accounts'];
const site = testSite('life');
let hub: HubProcess;
let wire: HostileWire;
let pod: RunningPod;
let restless: ReturnType<typeof restlessKubectl>;
let ada = '';
let name = '';

async function holdfast(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await site.holdfast(...args);
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}
const link = async (): Promise<LinkStatus> => JSON.parse(await holdfast('link', 'status', '--json')) as LinkStatus;
const certificates = async (): Promise<ListedCertificate[]> =>
  (JSON.parse(await holdfast('certificates', 'list', '--json')) as { certificates: ListedCertificate[] }).certificates;
const details = (): Promise<HubSiteDetails> => hub.ask<HubSiteDetails>('site', name);
const atHub = async () =>
  (await hub.ask<{ sites: ListedHubSite[] }>('sites')).sites.find((listed) => listed.name === name);
const through = (...args: string[]) => ran(KUBECTL, [`--kubeconfig=${ada}`, ...args]);
/** Whether a person through the hub can read, and run something in the pod. */
const reaches = async (): Promise<boolean> =>
  (await through('get', 'pod', POD, '-o', 'name')).stdout === `pod/${POD}\n`;

const wants = (a: string): void =>
  fs.writeFileSync(
    path.join(hub.folder, 'wanted/map.json'),
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'wanted', namespace: 'default' },
      data: { a },
    }),
  );
const isThere = (a: string) =>
  eventually(`the desired state ${a} is applied`, async () => {
    const { stdout } = await site.kubectlRan(['get', 'configmap', 'wanted', '-o', 'jsonpath={.data.a}']);
    return stdout === a;
  });
/** Dials anew, and beats: what waits for the next heartbeat need not wait for it. */
async function contact(): Promise<void> {
  await holdfast('link', 'cut');
  await holdfast('link', 'restore');
}
/** The wire is as it should be: the hub is dialled at once, and heard. */
const open = (what: string) =>
  eventually(what, async () => {
    const { connection, trouble } = await link();
    if (connection.state === 'waiting') await holdfast('link', 'restore');
    return connection.state === 'open' && trouble === null;
  });

/** What the operator does for the true time to be so far ahead; what people change is told, so that the hub must hear of it. */
async function moveClock(aheadMs: number, person: string): Promise<void> {
  await holdfast('clock', 'confirm', '--time', new Date(Date.now() + aheadMs).toISOString());
  await holdfast('user', 'create', person);
  await site.kubectl('create', 'configmap', `of-${person}`);
}
const told: string[] = [];

/** What must hold however long the link is away and whatever the clock says. */
async function allIsWell(what: string): Promise<void> {
  await eventually(`${what}: the site is Ready`, async () => (await site.status()).phase === 'Ready');
  await site.kubectl('wait', 'node', '--all', '--for=condition=Ready', '--timeout=60s');
  assert.equal(await site.kubectl('exec', POD, '--', '/bin/busybox', 'echo', what), `${what}\n`);
  await pod.answered(what);
  await pod.untouched(what);
}
const modeIs = (mode: string) =>
  eventually(`the mode is ${mode}`, async () => {
    const shown = ['-n', 'holdfast-system', 'get', 'configmap', 'connectivity', '-o', 'jsonpath={.data.mode}'];
    return (await link()).mode === mode && (await site.kubectl(...shown)) === mode;
  });

before(async () => {
  hub = await hubProcess();
  wire = await HostileWire.to(() => hub.port);
  await bringUp(site);
  name = (await site.status()).site;
  pod = await startTokenPod(site);
  restless = restlessKubectl(site);
});
after(async () => {
  killHeld();
  await restless?.stop();
  await site.destroy();
  await wire?.close();
  await hub?.destroy();
});

test('activation, desired state, journal, and kubectl through the hub', { timeout: 240_000 }, async () => {
  const { token } = await hub.ask<HubTokenAnswer>('token');
  await holdfast('link', 'activate', '--hub', `https://127.0.0.1:${wire.port}`, '--token', token);
  fs.mkdirSync(path.join(hub.folder, 'wanted'));
  wants('one');
  await hub.ask('desired', name, '--folder', path.join(hub.folder, 'wanted'));
  await contact();
  await isThere('one');
  await site.kubectl('create', 'clusterrolebinding', 'hub', '--clusterrole=edit', '--group=hub:users');
  ada = await hub.kubeconfig(name, 'ada', 300);
  await eventually('the way to the cluster is open', reaches);
  assert.equal((await through('exec', POD, '--', '/bin/busybox', 'echo', 'hi')).stdout, 'hi\n');
  assert.match((await through('logs', POD, '--tail=1')).stdout, /^answered /);
});

test('a slow wire and a spoiled byte lose nothing that is asked again', { timeout: 240_000 }, async () => {
  wire.slow(150);
  const slow = await through('exec', POD, '--', '/bin/busybox', 'echo', 'slow');
  assert.deepEqual([slow.code, slow.stdout], [0, 'slow\n'], slow.stderr);
  wire.mend();
  const watch = await holdOpen(ada, ['get', 'configmaps', '-w']);
  wire.spoil();
  // Something must be on the wire; whether this very question is answered is the wire's doing.
  await through('get', 'pod', POD);
  await watch.ended;
  await open('the link is made anew');
  await eventually('the way to the cluster is open again', reaches);
});

test('whoever is shut out loses what he holds open, at the site and at the hub', { timeout: 240_000 }, async () => {
  const carl = path.join(hub.folder, 'carl.kubeconfig');
  fs.writeFileSync(carl, await holdfast('user', 'create', 'carl'));
  await site.kubectl('create', 'rolebinding', 'carl', '--clusterrole=edit', '--user=carl');
  const bert = await hub.kubeconfig(name, 'bert', 30);
  const others = await holdAll(ada);
  for (const [who, shutOut] of [
    [carl, () => holdfast('user', 'revoke', 'carl')],
    [bert, () => hub.ask('revoke', 'bert')],
  ] as const) {
    const his = await holdAll(who);
    await shutOut();
    const began = performance.now();
    await Promise.all(his.map(({ ended }) => ended));
    const tookMs = performance.now() - began;
    assert.ok(tookMs < 5_000, `it took ${Math.round(tookMs)} ms`);
    assert.notEqual((await ran(KUBECTL, [`--kubeconfig=${who}`, 'get', 'pods'])).code, 0);
  }
  for (const other of others) assert.ok(other.isOpen(), `${other.what} of somebody else goes on`);
  for (const other of others) await other.end();
});

/** Everything that can be held open: a command in a container, a log that is followed, a watch. */
const holdAll = (kubeconfig: string): Promise<Held[]> =>
  Promise.all([
    holdOpen(kubeconfig, ['exec', POD, '--', '/bin/busybox', 'sh', '-c', 'echo begun; /bin/busybox sleep 1000']),
    holdOpen(kubeconfig, ['logs', '-f', POD]),
    holdOpen(kubeconfig, ['get', 'configmaps', '-w']),
  ]);

test("the wire breaks: what goes through the hub ends, what is the site's own goes on", {
  timeout: 240_000,
}, async () => {
  const [held, own] = [await holdAll(ada), await holdAll(site.kubeconfig)];
  wire.cut();
  await Promise.all(held.map(({ ended }) => ended));
  await eventually('the hub says that the site is away', async () => (await details()).cluster === 'away');
  assert.match((await through('get', 'pods')).stderr, new RegExp(`${name} has no link to the hub now`));
  wants('two');
  await allIsWell('the wire is broken');
  for (const one of own) assert.ok(one.isOpen(), `${one.what} at the site goes on`);
  for (const one of own) await one.end();
});

test('minutes, a month and two years pass; certificates and authorities are replaced', {
  timeout: 400_000,
}, async () => {
  // From now on nothing but its date says how long ago the last contact was.
  const services = (await site.status()).processes.find((process) => process.name === 'services')?.pid ?? 0;
  process.kill(services, 'SIGKILL');
  await eventually('the services are back', async () => {
    const now = (await site.status()).processes.find((process) => process.name === 'services')?.pid;
    return now !== undefined && now !== services && (await link()).mode === 'Connected';
  });
  for (const [person, aheadMs, mode] of [
    ['minutes', 16 * MINUTE_MS, 'SemiConnected'],
    ['month', 31 * DAY_MS, 'Disconnected'],
    ['years', 730 * DAY_MS, 'Disconnected'],
  ] as const) {
    await moveClock(aheadMs, person);
    told.push(person);
    await modeIs(mode);
    await allIsWell(person);
    await startsAnother(site, `at-${person}`);
    const before = new Set((await certificates()).map(({ fingerprint }) => fingerprint));
    await holdfast('certificates', 'renew');
    for (const { name: certificate, holder, fingerprint } of await certificates())
      if (holder !== 'site' && !certificate.startsWith('user/')) assert.ok(!before.has(fingerprint), certificate);
    await allIsWell(`${person}, renewed`);
  }
  for (const authority of ROLLED) await holdfast('certificates', 'renew', authority);
  await eventually('the pod is given the next authority to trust', async () => {
    const trusted = '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt';
    const count = await site.kubectl('exec', POD, '--', '/bin/busybox', 'grep', '-c', 'BEGIN', trusted);
    return count.trim() === '2';
  });
  for (const authority of ROLLED) await holdfast('certificates', 'renew', authority, '--hurry');
  await eventually('every authority is replaced, and what they signed is signed by the new ones', async () => {
    const all = await certificates();
    const olds = all.filter((one) => ROLLED.some((authority) => one.name === `${authority}/1`));
    const doneBy = (one: string, issuer: string) => all.find((each) => each.name === one)?.issuer.endsWith(issuer);
    // The key of service accounts is no certificate.
    return olds.length === ROLLED.length - 1 && ['apiserver', 'admin', 'doors'].every((leaf) => doneBy(leaf, ' 2'));
  });
  await allIsWell('authorities are replaced');
  await startsAnother(site, 'signed-anew');
});

test('two years later the site is taken back by an approval, and all that happened is told', {
  timeout: 240_000,
}, async () => {
  const { siteId } = (await link()).identity ?? {};
  hub.setAhead(730 * DAY_MS);
  await eventually('the hub shows Expired', async () => (await atHub())?.status === 'Expired');
  wire.mend();
  await eventually('it asks to come back', async () => {
    const { connection, trouble } = await link();
    if (connection.state === 'waiting') await holdfast('link', 'restore');
    return trouble?.kind === 'expired';
  });
  assert.equal((await hub.ran('approve', name)).code, 0);
  await contact();
  await open('the site is back');
  await modeIs('Connected');
  assert.equal((await link()).identity?.siteId, siteId, 'the same site');
  assert.equal((await atHub())?.status, 'Connected');
  await isThere('two');
  await allIsWell('back');
  await everythingIsTold();
  ada = await hub.kubeconfig(name, 'ada', 300);
  await eventually('the way to the cluster is open again', reaches);
});

/** Each stream of the journal is at the hub without a gap and in order, what people did meanwhile among it. */
async function everythingIsTold(): Promise<void> {
  await holdfast('user', 'create', 'last');
  told.push('last');
  await contact();
  await eventually('the hub has the journal whole and in order', async () => {
    const { records } = await hub.ask<{ records: HubJournalRecord[] }>('journal', name, '--last', '1000');
    assert.deepEqual(people(records).slice(-told.length), told);
    assert.deepEqual(maps(records), told.slice(0, -1));
    for (const [stream, sequences] of Map.groupBy(records, (record) => record.stream))
      assert.deepEqual(
        sequences.map(({ sequence }) => sequence),
        sequences.map((_, index) => index + 1),
        stream,
      );
    const events = records.filter(({ kind, body }) => kind === 'event' && body.subject === 'link');
    assert.deepEqual(events.map(({ body }) => `link ${body.reason}`).filter(isMode), eventsOf(site).filter(isMode));
    return true;
  });
}
const isMode = (event: string): boolean => /^link (SemiConnected|Disconnected|Connected)$/.test(event);
const people = (records: HubJournalRecord[]): unknown[] =>
  records.filter(({ body }) => body.act === 'user-create').map(({ body }) => body.name);
const maps = (records: HubJournalRecord[]): string[] =>
  records.map(({ body }) => /^of-(.*)$/.exec(String(body.name))?.[1]).filter((person) => person !== undefined);

test('fifty days on, the identity is renewed at the first contact', { timeout: 240_000 }, async () => {
  const before = (await link()).identity?.endsAt ?? '';
  hub.setAhead(780 * DAY_MS);
  await holdfast('clock', 'confirm', '--time', new Date(Date.now() + 780 * DAY_MS).toISOString());
  await contact();
  await eventually('it is renewed', async () => {
    const { identity, connection } = await link();
    return connection.state === 'open' && Date.parse(identity?.endsAt ?? '') > Date.parse(before) + 40 * DAY_MS;
  });
  assert.equal((await atHub())?.status, 'Connected');
  await eventually('the way to the cluster is open again', reaches);
  await allIsWell('renewed');
  const { calls, failures } = await restless.stop();
  assert.deepEqual(failures, [], `of ${calls} calls none failed`);
  assert.ok(calls > 0);
});
