// `up`: brings the site up and says what to type next.
import { InvalidArgumentError, Option } from 'commander';
import { quantityMillis, quantityNanos, quantityUnits } from '#base';
import { type BroughtUp, bringUp, type PortChoice, READY_TIMEOUT_MS_DEFAULT, type SiteWishes } from '#host';
import { addressRangeParse, type Runtime } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { spanText } from '../output.ts';

interface UpOptions extends CommonOptions {
  readonly name?: string;
  readonly domain?: string;
  readonly address?: string;
  readonly nodes?: string;
  readonly ports?: PortChoice;
  readonly serviceIps?: { first: string; last: string };
  readonly workerCpu?: number;
  readonly workerMemory?: number;
  readonly runtime?: Runtime;
  readonly timeout?: number;
}

const parsed =
  <T>(what: string, parse: (text: string) => T | undefined) =>
  (text: string): T => {
    const value = parse(text);
    if (value === undefined) throw new InvalidArgumentError(`It must be ${what}.`);
    return value;
  };
const positive = (amount: number): number | undefined => (amount > 0 ? amount : undefined);
const isQuantity = (text: string): boolean => quantityNanos(text) !== undefined;

function declaration() {
  return declare(
    'up',
    'bring the site up, and wait until it is ready',
    'holdfast up --name ship-1 --address 192.168.1.20 --worker-memory 8Gi',
  )
    .option('--name <name>', 'name of a new site (default: site)')
    .option('--domain <domain>', "DNS domain of a new site's doors (default: site.internal)")
    .option('--address <address>', 'address of this machine on which the doors also answer people outside')
    .addOption(
      new Option('--nodes <n>', 'nodes of the site; 2: a lab, two nodes and a witness as network namespaces').choices([
        '1',
        '2',
      ]),
    )
    .addOption(new Option('--ports <choice>', 'usual ports, or ones that do not clash').choices(['auto', 'default']))
    .option(
      '--service-ips <a-b>',
      'addresses for Services of type LoadBalancer, in a free /24',
      parsed('a range such as 10.60.0.200-10.60.0.239', addressRangeParse),
    )
    .option(
      '--worker-cpu <cores>',
      "cores that are the worker's, e.g. 1.5",
      parsed('a number of cores', (text) => (isQuantity(text) ? positive(quantityMillis(text)) : undefined)),
    )
    .option(
      '--worker-memory <bytes>',
      "memory that is the worker's, e.g. 8Gi",
      parsed('an amount such as 8Gi', (text) => (isQuantity(text) ? positive(quantityUnits(text)) : undefined)),
    )
    .addOption(
      new Option('--runtime <runtime>', 'real containers, or pods that are only said to run').choices([
        'containerd',
        'simulated',
      ]),
    )
    .option(
      '--timeout <seconds>',
      'how long to wait until the site is ready',
      parsed('a number of seconds', (text) => positive(Number(text))),
    );
}

function wishesOf(options: UpOptions): SiteWishes {
  return {
    name: options.name,
    domain: options.domain,
    outsideAddress: options.address,
    runtime: options.runtime,
    serviceIps: options.serviceIps,
    workerCpuMillis: options.workerCpu,
    workerMemoryBytes: options.workerMemory,
  };
}

function tell(context: Context, options: UpOptions, result: BroughtUp, tookMs: number): ExitCode {
  const { site, folders } = result;
  const { errPaint: paint, say } = context;
  const state = {
    site: site.name,
    ready: result.kind === 'ready',
    kubeconfig: folders.adminKubeconfig,
    dataFolder: folders.data,
  };
  if (options.json) context.printJson(state);
  if (result.kind === 'not-ready') {
    say(
      `${paint.bad('not ready')} within ${spanText(tookMs)}; waiting for: ${result.waitingFor.join(', ') || 'nothing known'}`,
    );
    say(`look at it with: ${context.commandFor(options, 'status')}, ${context.commandFor(options, 'logs')}`);
    return EXIT.notReady;
  }
  if (result.ran) say(`site ${paint.bold(site.name)} runs already; nothing was changed`);
  else say(`${paint.good('site')} ${paint.bold(site.name)} ${paint.good('is ready')} after ${spanText(tookMs)}`);
  if (site.runtime === 'simulated') say(paint.warn('its pods are simulated: no containers run'));
  say(`\n  export KUBECONFIG=${folders.adminKubeconfig}\n  kubectl get nodes\n`);
  return EXIT.done;
}

export function up(context: Context): Verb {
  return {
    declaration: declaration(),
    operation: 'site-up',
    async run(given) {
      const options = given as unknown as UpOptions;
      const { clock, errPaint, say } = context;
      const started = clock.monotonicMs();
      const result = await bringUp({
        data: context.dataOf(options),
        wishes: wishesOf(options),
        ports: options.ports,
        ...(options.nodes !== undefined && { nodes: options.nodes === '2' ? 2 : 1 }),
        timeoutMs: options.timeout === undefined ? READY_TIMEOUT_MS_DEFAULT : options.timeout * 1000,
        program: context.program,
        clock,
        progress: ({ text, tookMs }) =>
          say(`  ${errPaint.good('✓')} ${text}${tookMs === undefined ? '' : ` ${errPaint.dim(spanText(tookMs))}`}`),
      });
      return tell(context, options, result, clock.monotonicMs() - started);
    },
  };
}
