// Are the limits of machines and pods really in force on control groups of version 2?
import { eventually } from '../integration/site.fixture.ts';
import type { Checks } from './checks.ts';
import { IMAGE } from './repository-disk.ts';
import { type SiteInGuest, SLOW_MS } from './site-in-guest.ts';

const MACHINE_LIMITS = ['memory.max', 'memory.swap.max', 'cpu.max', 'cpu.weight'];
const TERMINATED = '{.status.containerStatuses[0].state.terminated';
const BUSY_MILLIS = 200;
const MEASURED_SECONDS = 10;

const LIMITED_PODS = `
apiVersion: v1
kind: Pod
metadata: { name: hungry }
spec:
  restartPolicy: Never
  containers:
    - name: main
      image: ${IMAGE}
      command: [/bin/busybox, dd, if=/dev/zero, of=/dev/null, bs=128M, count=1]
      resources: { limits: { memory: 32Mi } }
---
apiVersion: v1
kind: Pod
metadata: { name: hungry-child }
spec:
  restartPolicy: Never
  containers:
    - name: main
      image: ${IMAGE}
      command: [/bin/busybox, sh, -c, "/bin/busybox dd if=/dev/zero of=/dev/null bs=128M count=1; /bin/busybox sleep 1000000"]
      resources: { limits: { memory: 32Mi } }
---
apiVersion: v1
kind: Pod
metadata: { name: busy }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: main
      image: ${IMAGE}
      command: [/bin/busybox, sh, -c, "while :; do :; done"]
      resources: { limits: { cpu: ${BUSY_MILLIS}m } }`;

const weightOf = (shares: number): number => 1 + Math.floor(((shares - 2) * 9999) / 262142);
const valueIn = (text: string, name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);

/** What site.json says of each machine is what the kernel was told. */
export async function checkMachineLimits(of: SiteInGuest, checks: Checks): Promise<void> {
  const site = await of.site();
  for (const { name, memoryBytes, cpuMillis, cpuShares } of site.machines) {
    const seen = await of.group(`/holdfast-${site.id}/${name}`, MACHINE_LIMITS);
    const bytes = memoryBytes - (memoryBytes % 4096);
    const expected = [`${bytes}`, '0', `${cpuMillis * 100} 100000`, `${weightOf(cpuShares)}`];
    checks.equal(`limits of ${name}`, seen, expected);
  }
  const stray = (await of.processes()).filter((line) => !line.startsWith(`/holdfast-${site.id}/`));
  checks.equal('every process of the site stands in its groups', stray, []);
}

async function checkOutOfMemory(of: SiteInGuest, checks: Checks, pod: string): Promise<void> {
  const reason = await eventually(
    `${pod} ends`,
    async () => (await of.kubectl(`get pod ${pod} -o 'jsonpath=${TERMINATED}.reason}'`)) || undefined,
    SLOW_MS,
  ).catch((error: unknown) => String(error));
  checks.equal(`${pod}, which takes more memory than its limit, is killed`, reason, 'OOMKilled');
}

async function checkQuota(of: SiteInGuest, checks: Checks): Promise<void> {
  await of.kubectl(`wait pod busy --for=condition=Ready --timeout=${SLOW_MS / 1000}s`);
  const uid = await of.kubectl(`get pod busy -o 'jsonpath={.metadata.uid}'`);
  const folder = await of.guest.ask(`find /sys/fs/cgroup/holdfast-* -name pod${uid}`);
  checks.equal('the pod has its quota', await of.group(folder.slice('/sys/fs/cgroup'.length), ['cpu.max']), [
    `${BUSY_MILLIS * 100} 100000`,
  ]);
  const measure = `cat ${folder}/cpu.stat; cut -d' ' -f1 /proc/uptime`;
  const [before = '', after = ''] = (
    await of.guest.ask(`${measure}; echo ==; sleep ${MEASURED_SECONDS}; ${measure}`)
  ).split('\n==\n');
  const seconds = Number(after.split('\n').at(-1)) - Number(before.split('\n').at(-1));
  const share = (valueIn(after, 'usage_usec') - valueIn(before, 'usage_usec')) / 1e6 / seconds;
  checks.figure('shareOfCoreWithQuota200m', Number(share.toFixed(3)));
  checks.holds('a busy pod is held to its quota', share > 0.02 && share < (BUSY_MILLIS / 1000) * 1.15, share);
  const throttled = valueIn(after, 'nr_throttled') - valueIn(before, 'nr_throttled');
  checks.holds('the kernel holds it back', throttled > 0, { throttled });
}

export async function checkPodLimits(of: SiteInGuest, checks: Checks): Promise<void> {
  await of.apply(LIMITED_PODS);
  await checkOutOfMemory(of, checks, 'hungry');
  await checkOutOfMemory(of, checks, 'hungry-child');
  await checkQuota(of, checks);
  await of.kubectl('delete pod hungry hungry-child busy');
}
