// `status`: what runs.
import { clockOfFolder, siteStatus } from '#host';
import type { SiteStatus } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { ageText, bytesText, facts, table } from '../output.ts';

/** Plane and mode; of a site with a hub also when that was heard last, and how long the link may be away. */
function planeText({ outPaint: paint }: Context, { plane, connectivity }: SiteStatus, now: number): string {
  const { mode, lastContact, graceDaysLeft } = connectivity;
  const modePaint = {
    NotActivated: (text: string) => text,
    Connected: paint.good,
    SemiConnected: paint.warn,
    Disconnected: paint.bad,
  };
  const heard = lastContact === null ? '' : `  last contact ${ageText(lastContact, now)} ago`;
  const left = mode === 'SemiConnected' ? `, ${graceDaysLeft} d until Disconnected` : '';
  return `${plane}, ${modePaint[mode](mode)}${paint.dim(`${heard}${left}`)}`;
}

/** Of two nodes: whose loss would be survived. */
function lossFacts({ outPaint: paint }: Context, { forecast }: SiteStatus): [string, string][] {
  if (!forecast) return [];
  const losses = Object.entries(forecast.survivesLossOf).map(([node, survives]) =>
    survives ? `${node} ${paint.good('survived')}` : `${node} ${paint.bad('not survived')}`,
  );
  return [['loss of', `${losses.join(', ')}${paint.dim('  more: node forecast')}`]];
}

function siteFacts(context: Context, status: SiteStatus, now: number): string {
  const { outPaint: paint } = context;
  const phasePaint = { Ready: paint.good, Starting: paint.warn, Degraded: paint.bad, Stopped: paint.dim }[status.phase];
  const simulated = status.runtime === 'simulated' ? paint.warn('  simulated: no containers run') : '';
  return facts(
    [
      ['site', `${paint.bold(status.site)}  ${phasePaint(status.phase)}${simulated}`],
      ['version', status.version],
      ['plane', planeText(context, status, now)],
      ...lossFacts(context, status),
      ...status.clusters.map((c): [string, string] => ['cluster', `${c.name} ${c.kubernetesVersion} at ${c.endpoint}`]),
      ...Object.entries(status.endpoints),
      ['kubeconfig', status.clusters[0]?.kubeconfig ?? ''],
    ],
    paint,
  );
}

function machineTable({ outPaint: paint }: Context, { machines }: SiteStatus): string {
  const statePaint = { Running: paint.good, Stopped: paint.dim, Starting: paint.warn, NotReady: paint.warn };
  return table(
    ['machine', 'role', 'state', 'cpus', 'memory', 'node'],
    machines.map((m) => [
      m.name,
      m.role,
      statePaint[m.state](m.state),
      String(m.cpus),
      bytesText(m.memoryBytes),
      m.node,
    ]),
    paint,
  );
}

function processTable({ outPaint: paint }: Context, { processes }: SiteStatus, now: number): string {
  const total = processes.reduce((sum, process) => sum + process.pssBytes, 0);
  const rows = processes.map((p) => [
    p.name,
    String(p.pid),
    bytesText(p.pssBytes),
    p.restarts > 0 ? paint.warn(String(p.restarts)) : '0',
    ageText(p.startedAt, now),
  ]);
  const sum = [paint.dim('in all'), '', paint.dim(bytesText(total)), '', ''];
  return table(['process', 'pid', 'memory', 'restarts', 'age'], [...rows, sum], paint);
}

function print(context: Context, status: SiteStatus, now: number): string {
  const { outPaint: paint } = context;
  const remarks = status.conditions
    .filter((c) => c.status === 'False')
    .map((c) => `${paint.bad('!')} ${c.type}: ${c.message} ${paint.dim(`(${c.reason})`)}`);
  const parts = [
    siteFacts(context, status, now),
    machineTable(context, status),
    ...(status.processes.length > 0 ? [processTable(context, status, now)] : []),
    ...(remarks.length > 0 ? [remarks.join('\n')] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

export function status(context: Context): Verb {
  return {
    declaration: declare(
      'status',
      'what runs; exit code 0 when the site is Ready, 3 otherwise',
      'holdfast status --json',
    ),
    operation: 'site-status',
    async run(given) {
      const options = given as CommonOptions;
      const data = context.dataOf(options);
      const clock = clockOfFolder(data, context.clock);
      const found = await siteStatus({ data, clock });
      if (options.json) context.printJson(found);
      else context.out.write(print(context, found, clock.now()));
      return found.phase === 'Ready' ? EXIT.done : EXIT.notReady;
    },
  };
}
