// A test run that can be killed at any moment: makes one of everything that tests make, says so as JSON, and waits until its
// input ends. It leaves all of it behind. The argument `folder` makes only a folder and a namespace.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { openCgroups } from '#platform/cgroup';
import { connectCri } from '#platform/cri';
import { startEtcd } from '#platform/etcd';
import { testFolder, testName, testRunMark } from '#platform/process';
import { startTestRuntime } from '../integration/containerd.fixture.ts';
import { testSite } from '../integration/site.fixture.ts';

export interface Made {
  readonly mark: string;
  readonly folder: string;
  readonly namespace: string;
  /** Sockets of shims and folders of runc outside of the folder. */
  readonly traces: readonly string[];
}

const SERVER = "require('node:net').createServer().listen(8080, '127.0.0.1', () => console.log('up'))";

/** A registry of Debian's, a process that keeps nothing of our environment, a file system and a pod with its runtime. */
async function makeParts(folder: string, namespace: string): Promise<string[]> {
  const config = path.join(folder, 'registry.yml');
  const storage = `{filesystem: {rootdirectory: ${folder}/registry}}`;
  fs.writeFileSync(config, `{version: 0.1, storage: ${storage}, http: {addr: '127.0.0.1:0'}}`);
  spawn('docker-registry', ['serve', config], { stdio: 'ignore', detached: true, env: { PATH: process.env.PATH } });
  const inside = [`--net=/run/netns/${namespace}`, process.execPath, '-e', SERVER];
  const server = spawn('nsenter', inside, { stdio: ['ignore', 'pipe', 'inherit'], detached: true, env: {} });
  await new Promise((resolve) => server.stdout.once('data', resolve));
  fs.mkdirSync(path.join(folder, 'memory'));
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', path.join(folder, 'memory')]);
  const group = `/${testName('killed')}`;
  openCgroups().create(group);
  const runtime = await startTestRuntime(folder, '172.27.78.0/24');
  const cri = connectCri({ socket: runtime.socket });
  const id = await cri.sandboxRun({
    metadata: { name: 'pod', uid: 'uid', namespace: 'default', attempt: 0 },
    hostname: 'pod',
    logDirectory: path.join(folder, 'logs'),
    portMappings: [],
    labels: {},
    annotations: {},
    linux: { cgroupParent: `${group}/pod`, securityContext: { namespaceOptions: {} }, sysctls: {} },
  });
  cri.close();
  const bundle = path.join(folder, 'state/io.containerd.runtime.v2.task/k8s.io', id);
  const socket = fs.readFileSync(path.join(bundle, 'address'), 'utf8').trim().replace('unix://', '');
  return [socket, `/run/containerd/runc/k8s.io/${id}`];
}

async function makeOutside(namespace: string): Promise<void> {
  execFileSync('ip', ['netns', 'add', namespace]);
  execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
}

async function main(): Promise<void> {
  const namespace = testName('killed');
  if (process.argv[2] === 'inside') {
    const folder = testFolder('killed');
    const traces = await makeParts(folder, namespace);
    console.log(JSON.stringify({ mark: testRunMark(), folder, namespace, traces } satisfies Made));
  } else {
    await makeOutside(namespace);
    if (process.argv[2] === 'folder') {
      const made: Made = { mark: testRunMark(), folder: testFolder('killed'), namespace, traces: [] };
      console.log(JSON.stringify(made));
    } else {
      const cable = ['link', 'add', `hft${process.pid}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace];
      execFileSync('ip', cable);
      execFileSync('ip', ['netns', 'exec', namespace, 'nft', 'add', 'table', 'ip', 'killed']);
      await startEtcd();
      const { code, stderr } = await testSite('killed').holdfast('up', '--ports', 'auto', '--runtime', 'simulated');
      if (code !== 0) throw new Error(`up: ${stderr}`);
      // Outlives its parent, as the processes of a killed runner do.
      spawn('nsenter', [`--net=/run/netns/${namespace}`, process.execPath, import.meta.filename, 'inside'], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
    }
  }
  if (process.argv[2] === 'inside') setInterval(() => undefined, 60_000);
  else process.stdin.resume();
}

if (import.meta.main) await main();
