// `status`: what runs.
import { siteStatus } from '#host';
import type { SiteStatus } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { ageText, bytesText, facts, table } from '../output.ts';

function print(context: Context, status: SiteStatus): string {
  const { outPaint: paint } = context;
  const phase = { Ready: paint.good, Starting: paint.warn, Degraded: paint.bad, Stopped: paint.dim }[status.phase](
    status.phase,
  );
  const now = context.clock.now();
  const total = status.processes.reduce((sum, process) => sum + process.pssBytes, 0);
  const parts = [
    facts(
      [
        [
          'site',
          `${paint.bold(status.site)}  ${phase}${status.runtime === 'simulated' ? paint.warn('  simulated: no containers run') : ''}`,
        ],
        ['version', status.version],
        ['plane', `${status.plane}, ${status.connectivity.mode}`],
        ...status.clusters.map((c): [string, string] => [
          'cluster',
          `${c.name} ${c.kubernetesVersion} at ${c.endpoint}`,
        ]),
        ...Object.entries(status.endpoints),
        ['kubeconfig', status.clusters[0]?.kubeconfig ?? ''],
      ],
      paint,
    ),
    table(
      ['machine', 'role', 'state', 'cpus', 'memory', 'node'],
      status.machines.map((m) => [
        m.name,
        m.role,
        m.state === 'Running' ? paint.good(m.state) : m.state === 'Stopped' ? paint.dim(m.state) : paint.warn(m.state),
        String(m.cpus),
        bytesText(m.memoryBytes),
        m.node,
      ]),
      paint,
    ),
  ];
  if (status.processes.length > 0)
    parts.push(
      table(
        ['process', 'pid', 'memory', 'restarts', 'age'],
        [
          ...status.processes.map((p) => [
            p.name,
            String(p.pid),
            bytesText(p.pssBytes),
            p.restarts > 0 ? paint.warn(String(p.restarts)) : '0',
            ageText(p.startedAt, now),
          ]),
          [paint.dim('in all'), '', paint.dim(bytesText(total)), '', ''],
        ],
        paint,
      ),
    );
  const remarks = status.conditions.filter((c) => c.status === 'False');
  if (remarks.length > 0)
    parts.push(
      remarks.map((c) => `${paint.bad('!')} ${c.type}: ${c.message} ${paint.dim(`(${c.reason})`)}`).join('\n'),
    );
  return `${parts.join('\n\n')}\n`;
}

export function status(context: Context): Verb {
  return {
    declaration: declare(
      'status',
      'what runs; exit code 0 when the site is Ready, 3 otherwise',
      'holdfast status --json',
    ),
    async run(given) {
      const options = given as CommonOptions;
      const found = await siteStatus({ data: context.dataOf(options), clock: context.clock });
      if (options.json) context.printJson(found);
      else context.out.write(print(context, found));
      return found.phase === 'Ready' ? EXIT.done : EXIT.notReady;
    },
  };
}
