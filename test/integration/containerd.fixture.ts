// A container runtime of a test's own: containerd with its folders in a temporary folder, a pod network, and images that are
// built here from programs of the machine. Must run in a network namespace of its own.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import tar from 'tar-stream';
import { connectCri, containerdConfig } from '../../src/platform/cri/index.ts';
import { mountsBelow } from '../../src/platform/disk/index.ts';

export interface TestRuntime {
  readonly socket: string;
  /** Kills containerd and starts it again; pods go on meanwhile. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const PAUSE = 'registry.test/pause:1';
export const BUSYBOX = 'registry.test/busybox:1';

const sha256 = (bytes: Uint8Array): string => crypto.createHash('sha256').update(bytes).digest('hex');

async function packed(
  files: readonly { name: string; mode?: number; data?: Buffer; link?: string }[],
): Promise<Buffer> {
  const pack = tar.pack();
  for (const { name, mode = 0o755, data, link } of files) {
    const base = { name, mode, mtime: new Date(0) };
    if (data) pack.entry(base, data);
    else pack.entry(link ? { ...base, type: 'symlink', linkname: link } : { ...base, type: 'directory' });
  }
  pack.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of pack) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** An image in OCI layout as containerd imports it. */
async function imageArchive(ref: string, layer: Buffer, config: object): Promise<Buffer> {
  const blobs = new Map<string, Buffer>();
  const put = (bytes: Buffer): { digest: string; size: number } => {
    blobs.set(sha256(bytes), bytes);
    return { digest: `sha256:${sha256(bytes)}`, size: bytes.length };
  };
  const type = (name: string): string => `application/vnd.oci.image.${name}`;
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const layers = [{ mediaType: type('layer.v1.tar+gzip'), ...put(zlib.gzipSync(layer)) }];
  const rootfs = { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] };
  const about = { architecture, os: 'linux', config, rootfs, history: [{ created_by: 'test' }] };
  const described = { mediaType: type('config.v1+json'), ...put(Buffer.from(JSON.stringify(about))) };
  const mediaType = type('manifest.v1+json');
  const manifest = put(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config: described, layers })));
  const annotations = { 'io.containerd.image.name': ref, 'org.opencontainers.image.ref.name': ref.split(':').pop() };
  const index = {
    schemaVersion: 2,
    manifests: [{ mediaType, ...manifest, annotations, platform: { architecture, os: 'linux' } }],
  };
  return packed([
    { name: 'oci-layout', data: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
    { name: 'index.json', data: Buffer.from(JSON.stringify(index)) },
    ...[...blobs].map(([digest, data]) => ({ name: `blobs/sha256/${digest}`, data })),
  ]);
}

const APPLETS =
  'sh cat echo sleep ls id env wget nc httpd mkdir touch rm test true false hostname kill stat printf seq grep head ps dd sync ln mount umount wc';

async function importImages(folder: string, socket: string): Promise<void> {
  const busybox = fs.readFileSync('/usr/bin/busybox');
  const pause = await packed([{ name: 'pause', data: fs.readFileSync('/usr/bin/catatonit') }]);
  const tools = await packed([
    ...['bin', 'tmp', 'etc', 'www', 'proc', 'sys', 'dev', 'home'].map((name) => ({
      name,
      mode: name === 'tmp' ? 0o1777 : 0o755,
    })),
    { name: 'bin/busybox', data: busybox },
    ...APPLETS.split(' ').map((name) => ({ name: `bin/${name}`, link: 'busybox' })),
    { name: 'etc/passwd', mode: 0o644, data: Buffer.from('root:x:0:0:root:/:/bin/sh\n') },
  ]);
  const env = ['PATH=/bin'];
  const images = [
    await imageArchive(PAUSE, pause, { Env: env, Entrypoint: ['/pause', '-P'] }),
    await imageArchive(BUSYBOX, tools, { Env: env, Cmd: ['/bin/sh'], WorkingDir: '/' }),
  ];
  for (const [index, image] of images.entries()) {
    const file = path.join(folder, `image-${index}.tar`);
    fs.writeFileSync(file, image);
    execFileSync('ctr', ['-a', socket, '-n', 'k8s.io', 'images', 'import', file], { stdio: 'pipe' });
    fs.rmSync(file);
  }
}

async function untilReady(socket: string): Promise<void> {
  const cri = connectCri({ socket });
  try {
    for (let i = 0; i < 600; i++) {
      const conditions = await cri.status().catch(() => []);
      if (conditions.length > 0 && conditions.every((condition) => condition.status)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('containerd is not ready after 30 s');
  } finally {
    cri.close();
  }
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

export async function startTestRuntime(folder: string, podCidr: string): Promise<TestRuntime> {
  const socket = path.join(folder, 'containerd.sock');
  const cni = path.join(folder, 'cni');
  fs.mkdirSync(cni, { recursive: true });
  const ipam = {
    type: 'host-local',
    dataDir: path.join(folder, 'ipam'),
    ranges: [[{ subnet: podCidr }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const plugins = [
    { type: 'ptp', ipMasq: false, ipam },
    { type: 'portmap', capabilities: { portMappings: true }, snat: true },
  ];
  fs.writeFileSync(path.join(cni, '10-test.conflist'), JSON.stringify({ cniVersion: '0.4.0', name: 'test', plugins }));
  const config = path.join(folder, 'containerd.toml');
  const root = path.join(folder, 'root');
  const state = path.join(folder, 'state');
  const registryConfigFolder = path.join(folder, 'certs.d');
  const cniBinFolder = '/usr/lib/cni';
  fs.writeFileSync(
    config,
    containerdConfig({
      root,
      state,
      socket,
      sandboxImage: PAUSE,
      cniBinFolder,
      cniConfigFolder: cni,
      registryConfigFolder,
    }),
  );
  const start = async (): Promise<ChildProcess> => {
    const log = fs.openSync(path.join(folder, 'containerd.log'), 'a');
    const child = spawn('containerd', ['--config', config], { stdio: ['ignore', log, log] });
    fs.closeSync(log);
    await untilReady(socket);
    return child;
  };
  let child = await start();
  await importImages(folder, socket);
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended(child);
  };
  return {
    socket,
    restart: async () => {
      await kill();
      child = await start();
    },
    stop: async () => {
      const cri = connectCri({ socket });
      for (const sandbox of await cri.sandboxList()) {
        await cri.sandboxStop(sandbox.id);
        await cri.sandboxRemove(sandbox.id);
      }
      cri.close();
      await kill();
      for (const point of mountsBelow(folder)) execFileSync('umount', ['--lazy', point]);
    },
  };
}
