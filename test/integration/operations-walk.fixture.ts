// The world of the walk over the operations table: a site (simulated containers) and a hub, both as people run them, and a wire between
// them that carries or does not. A standing is made true: by activating, by a wire that is cut, by declaring planes, and by the site's
// clock, which is stated ahead. What one pair of plane and mode is called, what is done there, and what must come of it later is a cell.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { WorldError } from '#base';
import { askHub, askLink, askPlane, callHub, clockOfFolder, clockOfSite, siteStanding } from '#host';
import type { HubJournalRecord, HubSiteDetails, HubTokenAnswer } from '#model/hub';
import { type JournalKind, linkFiles } from '#model/link';
import type { Ruling } from '#model/operations';
import { type ClockStatus, type LinkStatus, type PlaneStatus, type Standing, siteFolders } from '#model/site';
import { systemClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { issueCertificate, publicKeyPem } from '#platform/x509';
import { type Journal, openJournal } from '#services/journal';
import { writeImage } from './image.fixture.ts';
import { Wire } from './link.fixture.ts';
import { commandHere } from './operations-walk-command.fixture.ts';
import { bringUp, eventually, HOME, KUBECTL, type Ran, ran, type TestSite, testSite } from './site.fixture.ts';

const DAY_MS = 86_400_000;
/** Nobody listens there. */
const NOWHERE = 9;
/** More than the records that one walk makes. */
const RECORDS = 1000;
/** By itself the site would speak to the hub once a minute. */
const CONTACT_AGAIN_MS = 5_000;

/** One pair of plane and mode, and what an operation shall do there. */
export interface Cell {
  readonly standing: Standing;
  /** Of plane, mode and operation: what a probe makes is called by it, so that no two meet. */
  readonly name: string;
  readonly operation: string;
  readonly title: string;
  readonly ruling: Ruling;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** Whether what was done has come to the hub, or came from there. */
export type Arrived = () => Promise<boolean>;

/** The walk's own folder beside the site, its hub, and what is asked of both. */
export class Walk {
  readonly site: TestSite = testSite('walk');
  readonly folder = testFolder('walk');
  readonly folders = siteFolders(this.site.data);
  /** What the hub wants of the site stands here. */
  readonly wanted = path.join(this.folder, 'wanted');
  readonly image = path.join(this.folder, 'image.tar');
  readonly #hubData = path.join(this.folder, 'hub');
  /** A registry outside of the site, by address and port. */
  outside = '';
  #outside: ChildProcess | undefined;
  #wire: Wire | undefined;
  #journal: Journal | undefined;
  name = '';

  async begin(): Promise<void> {
    fs.mkdirSync(this.wanted);
    await this.#beginOutside();
    const { code, stderr } = await this.hubProcess('up', '--port', '0');
    assert.equal(code, 0, stderr);
    await bringUp(this.site, '--runtime', 'simulated');
    this.name = (await this.site.status()).site;
    await this.holdfast('settings', 'set', `outsideRegistries=outside.example=http://${this.outside}`);
    await this.site.kubectl('create', 'namespace', 'walk');
    this.#wire = await Wire.to(this.#hubPort);
    await writeImage(this.image, { name: 'example.org/walk:1', files: [{ path: 'hello', content: 'hello\n' }] });
    const process = 'walk';
    this.#journal = openJournal({
      process,
      folder: this.folders.journal(process),
      positionsFile: this.folders.journalPositions,
      clock: systemClock,
      log: memoryLog(),
      random: () => crypto.randomUUID().slice(0, 8),
      told: ({ message }) => assert.fail(message),
    });
  }

  async #beginOutside(): Promise<void> {
    const port = await freePort();
    this.outside = `127.0.0.1:${port}`;
    const storage = `{filesystem: {rootdirectory: ${this.folder}/outside}}`;
    const file = `${this.folder}/outside.yml`;
    fs.writeFileSync(file, `version: 0.1\nlog: {level: error}\nstorage: ${storage}\nhttp: {addr: "${this.outside}"}\n`);
    this.#outside = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
    await eventually('the registry outside answers', async () => (await fetch(`http://${this.outside}/v2/`)).ok);
  }

  async end(): Promise<void> {
    this.#outside?.kill();
    await this.#journal?.close();
    await this.hubProcess('down');
    await this.#wire?.close();
    await this.site.destroy();
    fs.rmSync(this.folder, { recursive: true });
  }

  /** What a process of the site that measures would have written: the hours and minutes until it does are too long for a test. */
  get journal(): Journal {
    assert.ok(this.#journal);
    return this.#journal;
  }

  get #hubPort(): number {
    return (JSON.parse(fs.readFileSync(`${this.#hubData}/hub.json`, 'utf8')) as { port: number }).port;
  }

  hubProcess(...args: string[]): Promise<Ran> {
    return ran(path.join(HOME, 'holdfast'), ['hub', ...args, '--data', this.#hubData]);
  }

  hubRan(...args: string[]): Promise<Ran> {
    return commandHere(['hub', ...args, '--data', this.#hubData]);
  }

  async hub(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.hubRan(...args);
    assert.equal(code, 0, `hub ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** By a process of its own. */
  async executable(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.site.holdfast(...args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  ran(...args: string[]): Promise<Ran> {
    return commandHere([...args, '--data', this.folders.data]);
  }

  async holdfast(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.ran(...args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.holdfast(...args, '--json')) as T;
  }

  /** kubectl with an object on its standard input. */
  async apply(...objects: object[]): Promise<void> {
    for (const object of objects) {
      const { code, stderr } = await this.site.kubectlRan(['apply', '-f', '-'], { input: JSON.stringify(object) });
      assert.equal(code, 0, stderr);
    }
  }

  /** kubectl with another kubeconfig than the administrator's. */
  kubectlAs(kubeconfig: string, ...args: string[]): Promise<Ran> {
    return ran(KUBECTL, [`--kubeconfig=${kubeconfig}`, `--cache-dir=${this.folder}/cache`, ...args]);
  }

  // What is only looked at is asked of the running processes themselves, without a command in between.

  link = (): Promise<LinkStatus> => askLink(this.folders, { verb: 'link-status' });
  clock = async (): Promise<ClockStatus> => (await clockOfSite(this.folders.data)).clock;
  plane = (): Promise<PlaneStatus> => askPlane(this.folders, { verb: 'plane-show' });
  standing = (): Standing => siteStanding(this.folders, clockOfFolder(this.folders.data, systemClock).now()).standing;

  /** The site at its hub; undefined where the hub does not know it. */
  async atHub(): Promise<HubSiteDetails | undefined> {
    try {
      return (await askHub(this.#hubData, { verb: 'site', site: this.name }, 'site')).site;
    } catch (error) {
      if (error instanceof WorldError && error.code === 'NotFound') return undefined;
      throw error;
    }
  }

  /** What the hub was told of one kind; nothing where it does not know the site. */
  async told(kind: JournalKind): Promise<readonly HubJournalRecord[]> {
    if (!(await this.atHub())) return [];
    const records: HubJournalRecord[] = [];
    for await (const answer of callHub(this.#hubData, { verb: 'journal', site: this.name, kind, limit: RECORDS }))
      if (answer.kind === 'journal') records.push(...answer.records);
    return records;
  }

  /** Whether the hub has one record like this; it must never have two. */
  async toldOnce(kind: JournalKind, like: Readonly<Record<string, unknown>>): Promise<boolean> {
    const found = (await this.told(kind)).filter(({ body }) =>
      Object.entries(like).every(([key, value]) => body[key] === value),
    );
    assert.ok(found.length < 2, `${JSON.stringify(like)} is told ${found.length} times`);
    return found.length === 1;
  }

  // What makes a standing true.

  async activate(plane: Standing['plane']): Promise<void> {
    const { token } = JSON.parse(await this.hub('token', '--json')) as HubTokenAnswer;
    const url = `https://127.0.0.1:${this.#wire?.port}`;
    await this.executable('link', 'activate', '--hub', url, '--token', token, '--plane', plane);
  }

  /** The hub is dialled at once, and has answered. */
  async contact(): Promise<void> {
    await askLink(this.folders, { verb: 'link-cut' });
    await askLink(this.folders, { verb: 'link-restore' });
    await eventually('the hub answers', async () => {
      const { connection, trouble, mode } = await this.link();
      // The way for kubectl is opened when a heartbeat was answered.
      assert.deepEqual([connection.state, connection.tunnel, trouble, mode], ['open', 'open', null, 'Connected']);
      return true;
    });
  }

  /** Waits for what a contact brings. What was still under way at one contact goes with the next. */
  async comes(what: string, look: Arrived): Promise<void> {
    let dueMs = 0;
    await eventually(what, async () => {
      if (await look()) return true;
      if (Date.now() < dueMs) return false;
      await this.contact();
      dueMs = Date.now() + CONTACT_AGAIN_MS;
      return false;
    });
  }

  /** No byte passes any more. The site's services begin anew: how long ago the hub was heard is then told by the clock alone. */
  async cutWire(): Promise<void> {
    assert.ok(this.#wire);
    this.#wire.target = NOWHERE;
    this.#wire.cut();
    await this.restartServices();
  }

  mendWire(): void {
    assert.ok(this.#wire);
    this.#wire.target = this.#hubPort;
  }

  async restartServices(): Promise<void> {
    const pidOf = async (): Promise<number> =>
      (await this.site.status()).processes.find(({ name }) => name === 'services')?.pid ?? 0;
    const pid = await pidOf();
    assert.ok(pid > 0);
    process.kill(pid, 'SIGKILL');
    await eventually('the services are back', async () => {
      const now = await pidOf();
      return now !== 0 && now !== pid && (await this.link()).site === this.name;
    });
  }

  /** The operator states a time that is this much later. */
  async later(ms: number): Promise<void> {
    const { time } = await this.clock();
    await this.holdfast('clock', 'confirm', '--time', new Date(Date.parse(time) + ms).toISOString());
  }

  /** The identity as it is 46 days after it was given: signed by the hub's own authority for the site's own key, half its life gone. */
  async ageIdentity(): Promise<void> {
    const files = linkFiles(this.folders.link);
    const read = (file: string): string => fs.readFileSync(file, 'utf8');
    const kept = JSON.parse(read(files.identity)) as { certPem: string; hubCaPem: string };
    const issuer = {
      certPem: read(`${this.#hubData}/pki/sites/anchor.crt`),
      keyPem: read(`${this.#hubData}/pki/sites/ca.key`),
    };
    const leaf = await issueCertificate({
      commonName: (JSON.parse(read(files.link)) as { siteId: string }).siteId,
      organizations: ['holdfast:sites'],
      names: [this.name],
      use: 'client',
      notBeforeMs: 0,
      notAfterMs: Math.floor((Date.now() + 44 * DAY_MS) / 1000) * 1000,
      keyPem: publicKeyPem(read(files.key)),
      issuer,
    });
    fs.writeFileSync(files.identity, JSON.stringify({ ...kept, certPem: leaf + issuer.certPem }));
    await this.restartServices();
  }

  /** Whether the identity has more than half of its life before it. */
  async identityIsYoung(): Promise<boolean> {
    const { identity } = await this.link();
    return identity !== null && Date.parse(identity.endsAt) - Date.now() > 80 * DAY_MS;
  }

  /** One more object is wanted, and the hub has read it. */
  async want(name: string): Promise<void> {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { a: '1' } };
    fs.writeFileSync(`${this.wanted}/${name}.json`, JSON.stringify(map));
    if ((await this.atHub()) !== undefined) await this.hub('desired', this.name, '--folder', this.wanted);
  }

  async mapData(name: string): Promise<string | undefined> {
    const { code, stdout } = await this.site.kubectlRan(['get', 'configmap', name, '-o', 'jsonpath={.data.a}']);
    return code === 0 ? stdout : undefined;
  }
}
