// `hub sites`: every site that the hub knows, and how it is.
import { callHub } from '#host';
import type { HubSiteStatus, ListedHubSite } from '#model/hub';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { ageText, type Paint, table } from '../output.ts';
import { declareHub } from './declare.ts';

export const statusPaint = (paint: Paint): Readonly<Record<HubSiteStatus, (text: string) => string>> => ({
  Connected: paint.good,
  Connecting: paint.warn,
  Offline: paint.bad,
  Expired: paint.bad,
});

function sitesTable({ outPaint: paint, clock }: Context, sites: readonly ListedHubSite[]): string {
  const now = clock.now();
  return table(
    ['site', 'status', 'last contact', 'version', 'desired', 'applied', ''],
    sites.map((site) => [
      site.name,
      statusPaint(paint)[site.status](site.status),
      site.lastContact === null ? 'never' : `${ageText(site.lastContact, now)} ago`,
      site.version || '-',
      String(site.desiredRevision),
      site.appliedRevision === site.desiredRevision
        ? String(site.appliedRevision)
        : paint.warn(String(site.appliedRevision)),
      site.waitsForApproval ? paint.warn('waits for approval') : '',
    ]),
    paint,
  );
}

export function hubSitesVerb(context: Context): Verb {
  return {
    declaration: declareHub('sites', 'every site that the hub knows', 'holdfast hub sites --json'),
    async run(given) {
      const options = given as CommonOptions;
      const sites: ListedHubSite[] = [];
      for await (const answer of callHub(context.hubDataOf(options), { verb: 'sites' }))
        if (answer.kind === 'sites') sites.push(...answer.sites);
      if (options.json) context.printJson({ sites });
      else if (sites.length > 0) context.out.write(`${sitesTable(context, sites)}\n`);
      else context.say('no site was activated yet; `holdfast hub token` makes a token for one');
      return EXIT.done;
    },
  };
}
