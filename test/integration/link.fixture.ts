// A site's link against a real hub, on one clock that tests move, with a wire between them that can be cut, frozen and laid elsewhere,
// and an HTTP proxy that does what a test says.
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as realTime } from 'node:timers/promises';
import { seededRandom } from '../../src/base/index.ts';
import type { LinkNotice, LinkStatus } from '../../src/model/site/index.ts';
import type { FakeClock } from '../../src/platform/clock/index.ts';
import { memoryLog } from '../../src/platform/log/index.ts';
import { ConnectivityKeeper, type Link, type LinkParts, startLink } from '../../src/services/link/index.ts';
import { newFolder, type TestHub, testHub } from './hub.fixture.ts';

const portOf = (server: net.Server): number => (server.address() as AddressInfo).port;

/** Passes bytes between a port of its own and another one. */
export class Wire {
  readonly #server: net.Server;
  readonly #pairs = new Set<[net.Socket, net.Socket]>();
  target: number;
  /** Connections that were made through it. */
  made = 0;

  private constructor(target: number) {
    this.target = target;
    this.#server = net.createServer((near) => {
      const far = net.connect(this.target, '127.0.0.1');
      const pair: [net.Socket, net.Socket] = [near, far];
      this.made++;
      this.#pairs.add(pair);
      near.pipe(far);
      far.pipe(near);
      for (const end of pair) {
        end.on('error', () => end.destroy());
        end.once('close', () => {
          this.#pairs.delete(pair);
          for (const other of pair) other.destroy();
        });
      }
    });
  }

  static async to(target: number): Promise<Wire> {
    const wire = new Wire(target);
    await once(wire.#server.listen(0, '127.0.0.1'), 'listening');
    return wire;
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** What is connected now stays connected, and no byte passes any more: as after a change of address. */
  freeze(): void {
    for (const [near, far] of this.#pairs) {
      near.unpipe(far);
      far.unpipe(near);
      near.pause();
      far.pause();
    }
  }

  cut(): void {
    for (const pair of this.#pairs) for (const end of pair) end.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An HTTP proxy: `answer` says what each CONNECT gets; 200 lets it through. */
export class TestProxy {
  readonly asked: { to: string; login: string }[] = [];
  answer = '200 Connection established';
  readonly #server = http.createServer();
  readonly #sockets = new Set<Duplex>();

  static async to(target: () => number): Promise<TestProxy> {
    const proxy = new TestProxy();
    proxy.#server.on('connect', (request, socket) => proxy.#take(request, socket, target()));
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    return portOf(this.#server);
  }

  #take(request: http.IncomingMessage, near: Duplex, port: number): void {
    this.asked.push({ to: request.url ?? '', login: String(request.headers['proxy-authorization'] ?? '') });
    near.on('error', () => near.destroy());
    if (!this.answer.startsWith('200 ')) return void near.end(`HTTP/1.1 ${this.answer}\r\n\r\n`);
    const far = net.connect(port, '127.0.0.1');
    for (const end of [near, far]) this.#sockets.add(end);
    far.on('error', () => near.destroy());
    far.once('close', () => near.destroy());
    near.once('close', () => far.destroy());
    near.write(`HTTP/1.1 ${this.answer}\r\n\r\n`);
    near.pipe(far);
    far.pipe(near);
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

interface TestEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

export interface TestLink {
  readonly folder: string;
  readonly events: TestEvent[];
  readonly log: ReturnType<typeof memoryLog>;
  readonly notices: LinkNotice[];
  link: Link;
  status(): LinkStatus;
  reasons(): string[];
  /** As after a stop, or a crash, of its process. */
  restart(parts?: Partial<LinkParts>): Promise<void>;
  file(name: string): string;
  close(): Promise<void>;
}

export function testLink(clock: FakeClock, name = 'ship-1', parts: Partial<LinkParts> = {}): TestLink {
  const folder = newFolder();
  const log = memoryLog();
  const events: TestEvent[] = [];
  const notices: LinkNotice[] = [];
  const start = (more: Partial<LinkParts>): Link =>
    startLink({
      site: { id: 'abc123', name, version: '0.1.0' },
      folders: { link: folder },
      connectivity: new ConnectivityKeeper({ file: path.join(folder, 'connectivity.json'), clock }),
      clock,
      random: seededRandom(7),
      log,
      events: { add: (event) => void events.push(event) },
      parts: {
        summary: async () => ({ phase: 'Ready', nodes: 1, nodesReady: 1, pods: 3, troubles: [] }),
        notice: (notice) => void notices.push(notice),
        ...parts,
        ...more,
      },
    });
  const of: TestLink = {
    folder,
    events,
    log,
    notices,
    link: start({}),
    status: () => of.link.status(),
    reasons: () => events.map(({ reason }) => reason),
    restart: async (more = {}) => {
      await of.link.stop();
      of.link = start(more);
    },
    file: (named) => path.join(folder, named),
    close: async () => {
      await of.link.stop();
      fs.rmSync(folder, { recursive: true });
    },
  };
  return of;
}

export interface LinkWorld {
  readonly hub: TestHub;
  readonly clock: FakeClock;
  readonly wire: Wire;
  readonly url: string;
  readonly site: TestLink;
  /** Lets time pass, second by second, until `look` holds; each second gives the machine time to answer first. */
  eventually(what: string, look: () => boolean | Promise<boolean>): Promise<void>;
  activate(plane?: 'hub' | 'local'): Promise<LinkStatus>;
  /** Activated, and the first heartbeat answered. */
  joined(): Promise<void>;
  isOpen(): boolean;
  /** Closed with the world, whatever comes of the test. */
  readonly closing: { close(): Promise<unknown> }[];
  close(): Promise<void>;
}

/** Real time that one second of the clock that is moved takes at most: long while an answer is on its way. */
const STEPS_MS = { answer: 100, open: 25, nothing: 5 } as const;
const BEAT_DUE_MS = 52_000;
const SECONDS_MAX = 1_200;

export async function linkWorld(parts: Partial<LinkParts> = {}): Promise<LinkWorld> {
  const hub = await testHub();
  const { clock } = hub;
  const wire = await Wire.to(hub.hub.port);
  const site = testLink(clock, 'ship-1', parts);
  const url = `https://127.0.0.1:${wire.port}`;
  const eventually: LinkWorld['eventually'] = async (what, look) => {
    for (let second = 0; second < SECONDS_MAX; second++) {
      for (let waited = 0; waited < stepMs(site.status(), clock.now()); waited += 5) {
        if (await look()) return;
        await realTime(5);
      }
      await clock.advance(1_000);
    }
    throw new Error(`${what}: not within ${SECONDS_MAX} s; the link: ${JSON.stringify(site.status())}`);
  };
  const closing: LinkWorld['closing'] = [];
  const isOpen = (): boolean => site.status().connection.state === 'open' && site.status().trouble === null;
  const activate: LinkWorld['activate'] = async (plane = 'hub') =>
    site.link.activate({ hub: url, token: await hub.token(), plane });
  return {
    hub,
    clock,
    wire,
    url,
    site,
    eventually,
    activate,
    isOpen,
    closing,
    joined: async () => {
      await activate();
      await eventually('the first heartbeat is answered', () => siteAtHub(hub)?.lastContact !== null && isOpen());
    },
    close: async () => {
      await site.close();
      for (const one of closing) await one.close();
      await wire.close();
      await hub.close();
    },
  };
}

/** Acts in a world of its own, which goes whatever comes of it. */
export async function inWorld(act: (world: LinkWorld) => Promise<void>, parts: Partial<LinkParts> = {}): Promise<void> {
  const world = await linkWorld(parts);
  try {
    await act(world);
  } finally {
    await world.close();
  }
}

function stepMs({ connection, trouble, lastContact }: LinkStatus, now: number): number {
  if (connection.state === 'dialling') return STEPS_MS.answer;
  if (connection.state !== 'open') return STEPS_MS.nothing;
  const isDue = trouble !== null || now - Date.parse(lastContact ?? '') >= BEAT_DUE_MS;
  return isDue ? STEPS_MS.answer : STEPS_MS.open;
}

export function siteAtHub(hub: TestHub, name = 'ship-1') {
  return [...hub.hub.operator.sites()].flat().find((site) => site.name === name);
}
