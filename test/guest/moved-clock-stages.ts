// The stages of the job whose guest has its clock moved. `up` makes the site; the others are lives of the guest in which the clock is
// moved under the site, a pod that asks the API with its token, and a store of ours on Debian's etcd.
import type { Pod } from '#model/kube';
import { eventually } from '../integration/site.fixture.ts';
import { POD, tokenPod } from '../integration/token-pod.fixture.ts';
import { REPOSITORY } from './debian-root.ts';
import { IMAGE, IMAGE_ARCHIVE } from './repository-disk.ts';
import { SLOW_MS } from './site-in-guest.ts';
import { bringUp, install, type Stage, type StageInput, unitOf } from './stages.ts';

const DAY_S = 86_400;
const KEEPER = `cd ${REPOSITORY} && exec sh scripts/node.sh test/guest/etcd-keeper.ts`;
/** Where the keeper of the etcd store says what it did. */
const SAID = '/var/lib/etcd-keeper/said';

interface Seen {
  readonly container: readonly unknown[];
  readonly answers: number;
  readonly kept: number;
}

async function up(input: StageInput): Promise<void> {
  const { of, checks } = input;
  await bringUp(input);
  const imported = await of.holdfast(`image import ${IMAGE_ARCHIVE}`);
  checks.holds('an image is imported', imported.code === 0, imported.stderr);
  await of.apply(JSON.stringify(tokenPod(IMAGE)));
  await of.kubectl(`wait pod/${POD} --for=condition=Ready --timeout=${SLOW_MS / 1000}s`);
  await install(input);
}

/** The site is back after the boot, its pod runs, and the store on etcd is written to. */
async function begin(input: StageInput): Promise<void> {
  const { of, checks } = input;
  const unit = '--unit=etcd-keeper --property=KillMode=mixed --property=TimeoutStopSec=120';
  await of.guest.ask(`systemd-run ${unit} sh -c '${KEEPER} keep'`);
  const { ActiveState } = await of.unitSettled(await unitOf(of));
  checks.equal('the unit has brought the site up', ActiveState, 'active');
  await eventually('the pod runs in this boot', async () => (await said(input)) === 'here', SLOW_MS);
  await newer(input, await look(input));
}

const said = ({ of }: StageInput): Promise<string> => of.kubectl(`exec ${POD} -- /bin/busybox echo here`);
const container = async ({ of }: StageInput): Promise<readonly unknown[]> => {
  const { metadata, status } = JSON.parse(await of.kubectl(`get pod ${POD} -o json`)) as Pod;
  const one = status?.containerStatuses?.[0];
  return [metadata?.uid, status?.phase, one?.containerID, one?.restartCount];
};
const answers = async ({ of }: StageInput): Promise<string[]> => (await of.kubectl(`logs ${POD}`)).split('\n');
const kept = async ({ of }: StageInput): Promise<number> =>
  Number(/kept (\d+)\s*$/.exec(await of.guest.ask(`grep ^kept ${SAID} | tail -n 1`))?.[1] ?? 0);

async function look(input: StageInput): Promise<Seen> {
  return eventually(
    'the pod has answers, and etcd keeps',
    async () => {
      const seen = {
        container: await container(input),
        answers: (await answers(input)).length,
        kept: await kept(input),
      };
      return seen.answers > 0 && seen.kept > 0 && seen;
    },
    SLOW_MS,
  );
}

/** Some answers and keys later. */
const newer = (input: StageInput, before: Seen): Promise<Seen> =>
  eventually(
    'new answers, and new keys in etcd',
    async () => {
      const now = await look(input);
      return now.answers >= before.answers + 2 && now.kept >= before.kept + 2 && now;
    },
    SLOW_MS,
  );

/** A pod whose image containerd asks for anew at the registry, by TLS as Go's library checks it against the system clock. */
const newcomer = (name: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: IMAGE, imagePullPolicy: 'Always' }] },
  });

/** Sets the machine's clock, and looks at everything that goes by it or must not. */
async function moved(input: StageInput, of: { what: string; toSeconds: number; trusted: boolean }): Promise<void> {
  const { of: site, checks } = input;
  const { what, toSeconds, trusted } = of;
  const before = await look(input);
  await site.guest.ask(`date -u -s @${Math.round(toSeconds)}`);
  const began = Date.now();
  const ready = await site.kubectl(`wait node --all --for=condition=Ready --timeout=${SLOW_MS / 1000}s`);
  checks.holds(`${what}: kubectl finds the nodes Ready`, ready.split('\n').length === 2, ready);
  checks.equal(`${what}: kubectl runs a command in the pod`, await said(input), 'here');
  const name = `at-${what.replaceAll(/[^a-z0-9]+/g, '-')}`;
  await site.apply(newcomer(name));
  const waited = await site.kubectl(`wait pod/${name} --for=condition=Ready --timeout=${SLOW_MS / 1000}s`);
  checks.holds(`${what}: containerd pulls an image and starts a pod`, waited.includes('condition met'), waited);
  const after = await newer(input, before);
  checks.equal(`${what}: the pod is in the same container, not restarted`, after.container, before.container);
  const refused = (await answers(input)).slice(before.answers).filter((line) => !line.startsWith('answered '));
  checks.equal(`${what}: the pod was never refused`, refused, []);
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

async function ahead(input: StageInput): Promise<void> {
  await begin(input);
  for (const [what, days] of [
    ['31 days ahead', 31],
    ['two years ahead', 730],
  ] as const)
    await moved(input, { what, toSeconds: Date.now() / 1000 + days * DAY_S, trusted: false });
  await moved(input, { what: 'back from ahead', toSeconds: Date.now() / 1000, trusted: true });
  await finish(input);
}

async function far(input: StageInput): Promise<void> {
  await begin(input);
  await moved(input, { what: '2099', toSeconds: Date.UTC(2099, 0, 1) / 1000, trusted: false });
  await moved(input, { what: '1970', toSeconds: DAY_S, trusted: false });
  await moved(input, { what: 'back from afar', toSeconds: Date.now() / 1000, trusted: true });
  await finish(input);
}

export const MOVED_CLOCK_STAGES: readonly Stage[] = [
  { name: 'up', run: up, end: 'reboot' },
  { name: 'ahead', run: ahead, end: 'cut' },
  { name: 'far', run: far, end: 'cut' },
];
