// Two nodes and a third voter as network namespaces on one access network; the nodes share a second network too, and each has its access
// network behind a bridge of its own, as a site's switch is.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { WorldError } from '#base';
import { namespaceCreate, namespaceRemove } from '#platform/net';
import type { Nft } from '#platform/nft';
import { run, testName } from '#platform/process';

export const A = testName('fence-a');
export const B = testName('fence-b');
export const W = testName('fence-w');
const NETWORK = testName('fence-net');
const DEADLINE_MS = 60_000;
/** How long silence is listened to; what gets through answers within milliseconds. */
const SILENCE_MS = 1500;

const children: ChildProcess[] = [];

export const sh = (command: string, namespace: string): string =>
  execFileSync('nsenter', [`--net=/run/netns/${namespace}`, 'sh', '-c', command], { encoding: 'utf8' });

function spawnIn(namespace: string, program: string, args: readonly string[]): ChildProcess {
  const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, process.execPath, '-e', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  assert(child.stdout, 'its output is a pipe');
  const [line] = await once(child.stdout, 'data');
  return String(line).trim();
}

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > DEADLINE_MS) throw new Error(`${what}: not within ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function buildNetworks(): Promise<void> {
  for (const name of [NETWORK, A, B, W]) await namespaceCreate(name);
  sh('ip link add br0 type bridge; ip link set br0 up', NETWORK);
  for (const [index, name] of [A, B, W].entries()) {
    sh(`ip link add lan0 netns ${name} type veth peer name p${index}`, NETWORK);
    sh(`ip link set p${index} master br0 up`, NETWORK);
    sh(
      'ip link set lo up; ip link add switch type bridge; ip link set lan0 master switch up; ip link set switch up',
      name,
    );
    sh(`ip addr add 10.50.0.${index + 1}/24 dev switch`, name);
  }
  layStorageCable();
}

export function layStorageCable(): void {
  sh(`ip link add stor0 type veth peer name stor0 netns ${B}`, A);
  for (const [index, name] of [A, B].entries())
    sh(`ip link set stor0 up; ip addr add 10.51.0.${index + 1}/24 dev stor0`, name);
}

export async function removeNetworks(): Promise<void> {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const name of [A, B, W, NETWORK]) await namespaceRemove(name);
}

/** A server that says hello to whoever connects, and takes what it is sent. */
export async function serve(namespace: string, doors: readonly string[]): Promise<void> {
  const program = `const doors = process.argv.slice(1).map((door) => door.split(':'));
    let up = 0;
    for (const [host, port] of doors)
      require('node:net').createServer((s) => s.on('error', () => s.destroy()).resume().write('hello'))
        .listen(Number(port), host, () => ++up === doors.length && console.log('up'));`;
  assert.equal(await firstLine(spawnIn(namespace, program, doors)), 'up');
}

/** A connection on which something is sent all the time. Resolves when it stands. */
export async function stream(namespace: string, to: string): Promise<void> {
  const program = `const [host, port] = process.argv[1].split(':');
    const s = require('node:net').connect({ host, port: Number(port) }, () => {
      setInterval(() => s.writableLength < 100000 && s.write(Buffer.alloc(1000)), 20);
      console.log('connected');
    }).resume();`;
  assert.equal(await firstLine(spawnIn(namespace, program, [to])), 'connected');
}

/** What a connection to a server hears: `hello`, an error, or `nothing`; what should be heard is waited for longer. */
export async function attempt(of: { in: string; from: string; to: string }, open: boolean): Promise<string> {
  const program = `const [[localAddress, localPort], [host, port]] = process.argv.slice(1).map((end) => end.split(':'));
    const end = (word) => { console.log(word); process.exit() };
    const s = require('node:net').connect({ host, port: Number(port), localAddress, localPort: Number(localPort ?? 0) });
    s.on('data', (data) => end(String(data))).on('error', (e) => end(e.code));
    setTimeout( () => end('nothing'), ${open ? DEADLINE_MS : SILENCE_MS});`;
  return firstLine(spawnIn(of.in, program, [of.from, of.to]));
}

/** A number that the kernel keeps of a connection whose end in this namespace is at this address and port. */
export function connectionCount(namespace: string, at: string, pattern: RegExp): number {
  const [address, port] = at.split(':');
  const text = sh(`ss -Htino state established src ${address} or dst ${address}`, namespace);
  const lines = text.replaceAll('\n\t', ' ').split('\n');
  return Number(pattern.exec(lines.find((line) => line.includes(`${address}:${port} `)) ?? '')?.[1] ?? 0);
}

/** The door to nftables of a namespace. */
export const nftIn = (namespace: string): Nft => ({
  apply: async (script) => {
    const args = [`--net=/run/netns/${namespace}`, 'nft', '-f', '-'];
    const { code, stderr } = await run('nsenter', args, { input: script });
    if (code !== 0) throw new WorldError('Invalid', stderr);
  },
  show: async (family, table) => {
    const { code, stdout } = await run('nsenter', [
      `--net=/run/netns/${namespace}`,
      'nft',
      'list',
      'table',
      family,
      table,
    ]);
    return code === 0 ? stdout : undefined;
  },
});
