// `hub site`: one site, with its desired state, what it made of it, and what differs.
import { askHub } from '#host';
import type { HubSiteDetails } from '#model/hub';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { ageText, bytesText, facts, table } from '../output.ts';
import { declareHub } from './declare.ts';
import { statusPaint } from './sites.ts';

function sourceText({ desired }: HubSiteDetails): string {
  const { source } = desired;
  if (!source) return 'none';
  const branch = source.branch ? ` branch ${source.branch}` : '';
  return `${source.kind} ${source.location}${branch}${source.path ? ` path ${source.path}` : ''}`;
}

function heartbeatRows({ heartbeat }: HubSiteDetails): [string, string][] {
  if (!heartbeat) return [];
  const { plane, mode, phase, nodesReady, nodes, pods, troubles } = heartbeat;
  return [
    ['plane', `${plane}, ${mode}`],
    ['site', `${phase}, ${nodesReady} of ${nodes} nodes ready, ${pods} pods`],
    ...(troubles.length > 0 ? ([['troubles', troubles.join(', ')]] as [string, string][]) : []),
  ];
}

function siteFacts({ outPaint: paint, clock }: Context, site: HubSiteDetails): string {
  const ago = (at: string | null): string => (at === null ? 'never' : `${ageText(at, clock.now())} ago`);
  return facts(
    [
      ['name', `${paint.bold(site.name)}  ${statusPaint(paint)[site.status](site.status)}`],
      ['id', site.id],
      ['last contact', ago(site.lastContact)],
      ['identity', `ends ${site.identityEndsAt}${site.waitsForApproval ? paint.warn('  waits for approval') : ''}`],
      ['cluster', site.cluster === 'reachable' ? paint.good('reachable') : paint.dim('away')],
      ...heartbeatRows(site),
      [
        'desired state',
        `revision ${site.desiredRevision}, ${site.desired.objects} objects; applied ${site.appliedRevision}`,
      ],
      [
        'from',
        `${sourceText(site)}${site.desired.readAt === null ? '' : paint.dim(`  read ${ago(site.desired.readAt)}`)}`,
      ],
      [
        'journal',
        `${bytesText(site.journal.bytes)}${site.journal.dropped > 0 ? `, ${site.journal.dropped} records dropped for room` : ''}`,
      ],
    ],
    paint,
  );
}

function objectsTable({ outPaint: paint }: Context, { report, resolutions }: HubSiteDetails): string | undefined {
  if (!report || report.objects.length === 0) return undefined;
  const chosen = new Map(resolutions.map(({ object, keep }) => [object, `keep ${keep}`]));
  const rows = report.objects.map(({ object, state, message }) => [
    object,
    state === 'applied' ? paint.good(state) : paint.warn(state),
    chosen.get(object) ?? '',
    message ?? '',
  ]);
  const more = report.more > 0 ? `\n${paint.dim(`and ${report.more} more`)}` : '';
  return `${table(['object', 'state', 'chosen', 'what'], rows, paint)}${more}`;
}

function print(context: Context, site: HubSiteDetails): string {
  const { bad } = context.outPaint;
  const parts = [
    siteFacts(context, site),
    site.desired.problem === null ? undefined : `${bad('!')} the source cannot be taken: ${site.desired.problem}`,
    objectsTable(context, site),
  ];
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}

export function hubSiteVerb(context: Context): Verb {
  return {
    declaration: declareHub(
      'site',
      'one site: its desired state, and what differs there',
      'holdfast hub site ship-1',
    ).argument('<site>', 'name or id'),
    async run(given, [name = '']) {
      const options = given as CommonOptions;
      const { site } = await askHub(context.hubDataOf(options), { verb: 'site', site: name }, 'site');
      if (options.json) context.printJson(site);
      else context.out.write(print(context, site));
      return EXIT.done;
    },
  };
}
