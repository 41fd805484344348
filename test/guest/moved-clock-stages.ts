// The stages of the job whose guest has its clock moved. `up` makes the site; the others are lives of the guest in which the clock is
// moved under the site, a pod that asks the API with its token, and a store of ours on Debian's etcd.
import type { Node, Pod } from '#model/kube';
import { eventually } from '../integration/site.fixture.ts';
import { POD, tokenPod } from '../integration/token-pod.fixture.ts';
import { REPOSITORY } from './debian-root.ts';
import { IMAGE, IMAGE_ARCHIVE } from './repository-disk.ts';
import { DATA, SLOW_MS } from './site-in-guest.ts';
import { bringUp, install, type Stage, type StageInput, unitOf } from './stages.ts';

const DAY_S = 86_400;
const KEEPER = `cd ${REPOSITORY} && exec sh scripts/node.sh test/guest/etcd-keeper.ts`;
/** Where the keeper of the etcd store says what it did. */
const SAID = '/var/lib/etcd-keeper/said';

/** What kubectl prints costs half a minute in a busy guest, so the pod's answers are read where containerd writes them. */
const LOG = `${DATA}/state/machines/node-a-worker/agent/logs/default_${POD}_*/main/0.log`;
/** An answer takes seconds, emulated. */
const PAUSE_SECONDS = 3;

interface Seen {
  readonly answers: number;
  readonly kept: number;
}

async function up(input: StageInput): Promise<void> {
  const { of, checks } = input;
  await bringUp(input);
  const imported = await of.holdfast(`image import ${IMAGE_ARCHIVE}`);
  checks.holds('an image is imported', imported.code === 0, imported.stderr);
  await install(input);
}

/** The site is back after the boot, with a pod that is new in it, and the store on etcd is written to. */
async function begin({ of, checks }: StageInput): Promise<void> {
  const { ActiveState } = await of.unitSettled(await unitOf(of));
  checks.equal('the unit has brought the site up', ActiveState, 'active');
  const unit = '--unit=etcd-keeper --property=KillMode=mixed --property=TimeoutStopSec=120';
  await of.guest.ask(`systemd-run ${unit} sh -c '${KEEPER} keep'`);
  await of.kubectl('delete pod --all --now');
  await of.apply(JSON.stringify(tokenPod(IMAGE, PAUSE_SECONDS)));
  await of.kubectl(`wait pod/${POD} --for=condition=Ready --timeout=${SLOW_MS / 1000}s`);
}

const answers = async ({ of }: StageInput): Promise<string[]> =>
  (await of.guest.ask(`cut -d ' ' -f 4- ${LOG}`)).split('\n').filter((line) => line !== '');

async function look(input: StageInput): Promise<Seen> {
  // A power cut leaves zeros in what was not yet on the disk.
  const said = await input.of.guest.ask(`grep -a ^kept ${SAID} | tail -n 1`);
  const kept = Number(/^kept (\d+)$/.exec(said)?.[1] ?? 0);
  return { answers: (await answers(input)).length, kept };
}

/** So many answers and keys. */
const reached = (input: StageInput, least: Seen): Promise<Seen> =>
  eventually(
    'new answers, and new keys in etcd',
    async () => {
      const now = await look(input);
      return now.answers >= least.answers && now.kept >= least.kept && now;
    },
    SLOW_MS,
  );

interface Listed {
  readonly nodes: string;
  readonly container: readonly unknown[];
}

/** What kubectl finds: which nodes are Ready, and in which container the pod runs. */
async function listed({ of }: StageInput): Promise<Listed> {
  const { items } = JSON.parse(await of.kubectl(`get nodes,pods -o json`)) as { items: (Node | Pod)[] };
  const nodes = items.filter((item): item is Node => item.kind === 'Node');
  const pod = items.find((item): item is Pod => item.kind === 'Pod' && item.metadata?.name === POD);
  const isReady = ({ status }: Node): boolean =>
    status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  const one = pod?.status?.containerStatuses?.[0];
  return {
    nodes: `${nodes.filter(isReady).length} of ${nodes.length}`,
    container: [pod?.metadata?.uid, pod?.status?.phase, one?.containerID, one?.restartCount],
  };
}

/** A pod whose image containerd asks for anew at the registry, by TLS as Go's library checks it against the system clock. */
const newcomer = (name: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: IMAGE, imagePullPolicy: 'Always' }] },
  });

interface Move {
  readonly what: string;
  readonly toSeconds: number;
  readonly trusted: boolean;
}

/** Sets the machine's clock, and looks at everything that goes by it or must not. */
async function moved(input: StageInput, first: Listed, { what, toSeconds, trusted }: Move): Promise<void> {
  const { of: site, checks } = input;
  const before = await look(input);
  await site.guest.ask(`date -u -s @${Math.round(toSeconds)}`);
  const began = Date.now();
  const said = await site.kubectl(`exec ${POD} -- /bin/busybox echo here`);
  checks.equal(`${what}: kubectl runs a command in the pod`, said, 'here');
  const name = `at-${what.replaceAll(/[^a-z0-9]+/g, '-')}`;
  await site.apply(newcomer(name));
  const waited = await site.kubectl(`wait pod/${name} --for=condition=Ready --timeout=${SLOW_MS / 1000}s`);
  checks.holds(`${what}: containerd pulls an image and starts a pod`, waited.includes('condition met'), waited);
  await reached(input, { answers: before.answers + 2, kept: before.kept + 2 });
  checks.holds(`${what}: etcd acknowledges writes, the API answers the pod`, true);
  const refused = (await answers(input)).slice(before.answers).filter((line) => !line.startsWith('answered '));
  checks.equal(`${what}: the pod was never refused`, refused, []);
  checks.equal(`${what}: nodes are Ready, the pod runs in its first container`, await listed(input), first);
  const expected = trusted ? 'True' : 'False';
  const condition = await eventually(
    `ClockTrusted is ${expected}`,
    async () => {
      const found = (await site.status()).conditions.find(({ type }) => type === 'ClockTrusted');
      return found?.status === expected && found;
    },
    SLOW_MS,
  );
  checks.figure(`${what}: ClockTrusted`, `${condition.status} ${condition.reason}`);
  const aheadSeconds = Number(await site.guest.ask('date +%s')) - toSeconds - (Date.now() - began) / 1000;
  checks.holds(`${what}: nobody set the clock`, Math.abs(aheadSeconds) < 60, aheadSeconds);
}

/** Every key that the store on etcd ever acknowledged is there, and every write was. */
async function finish({ of, checks }: StageInput): Promise<void> {
  await of.guest.ask('systemctl stop etcd-keeper');
  const { code, stdout, stderr } = await of.guest.run(`${KEEPER} verify`);
  checks.holds('everything that the store on etcd acknowledged is there', code === 0, stdout + stderr);
  checks.figure('etcd', stdout.trim());
}

async function movedInTurn(input: StageInput, moves: readonly Move[]): Promise<void> {
  await begin(input);
  await reached(input, { answers: 1, kept: 1 });
  const first = await listed(input);
  input.checks.equal('nodes are Ready, and the pod runs', [first.nodes, first.container[1]], ['2 of 2', 'Running']);
  for (const move of moves) await moved(input, first, move);
  const back = `back from ${moves.at(-1)?.what}`;
  await moved(input, first, { what: back, toSeconds: Date.now() / 1000, trusted: true });
  await finish(input);
}

const ahead = (input: StageInput): Promise<void> => {
  const inDays = (days: number): number => Date.now() / 1000 + days * DAY_S;
  return movedInTurn(input, [
    { what: '31 days ahead', toSeconds: inDays(31), trusted: false },
    { what: 'two years ahead', toSeconds: inDays(730), trusted: false },
  ]);
};

const far = (input: StageInput): Promise<void> =>
  movedInTurn(input, [
    { what: '2099', toSeconds: Date.UTC(2099, 0, 1) / 1000, trusted: false },
    { what: '1970', toSeconds: DAY_S, trusted: false },
  ]);

export const MOVED_CLOCK_STAGES: readonly Stage[] = [
  { name: 'up', run: up, end: 'reboot' },
  { name: 'ahead', run: ahead, end: 'cut' },
  { name: 'far', run: far, end: 'cut' },
];
