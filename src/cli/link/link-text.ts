// How the state of a link is shown to people.
import type { ConnectivityMode, LinkStatus } from '#model/site';
import type { Context } from '../context.ts';
import { ageText, facts, type Paint, table } from '../output.ts';

/** Changes of the mode that are shown; `--json` has all that are kept. */
const CHANGES_SHOWN = 5;
/** Hub and site are told apart in time from here on. */
const DIFFERENCE_SHOWN_MS = 2_000;

const modePaint = (paint: Paint): Readonly<Record<ConnectivityMode, (text: string) => string>> => ({
  NotActivated: paint.dim,
  Connected: paint.good,
  SemiConnected: paint.warn,
  Disconnected: paint.bad,
});

function inText(at: string, now: number): string {
  const ms = Date.parse(at) - now;
  return ms <= 0 ? 'now' : `in ${ageText(new Date(now - ms).toISOString(), now)}`;
}

function modeText({ outPaint: paint, clock }: Context, link: LinkStatus): string {
  const { mode, plane, since, graceDaysLeft } = link;
  const left =
    mode === 'SemiConnected' && graceDaysLeft !== null ? paint.warn(`  ${graceDaysLeft} d until Disconnected`) : '';
  return `${paint.bold(modePaint(paint)[mode](mode))}, plane ${plane}${paint.dim(`  for ${ageText(since, clock.now())}`)}${left}`;
}

function connectionText({ outPaint: paint, clock }: Context, { connection, cut, hub }: LinkStatus): string {
  const now = clock.now();
  if (cut) return paint.warn('cut here; holdfast link restore dials again');
  const { state, since, nextAttempt } = connection;
  if (state === 'open') return `${paint.good('open')}${since ? paint.dim(`  for ${ageText(since, now)}`) : ''}`;
  if (state === 'dialling') return paint.warn('dialling');
  if (state === 'waiting')
    return `${paint.warn('none')}${nextAttempt ? paint.dim(`  next attempt ${inText(nextAttempt, now)}`) : ''}`;
  return hub ? paint.dim('none: the site does not run') : paint.dim('none');
}

function hubRows(context: Context, link: LinkStatus): [string, string][] {
  const { hub, lastContact, identity, clockDifferenceMs, connection } = link;
  const { outPaint: paint, clock } = context;
  if (!hub) return [['hub', paint.dim('none; join one: holdfast link activate --hub URL --token TOKEN')]];
  const now = clock.now();
  const way = hub.proxy ? paint.dim(`  by the proxy ${hub.proxy}`) : '';
  const rows: [string, string][] = [
    ['hub', `${hub.url}${way}`],
    ['authority', hub.authoritySha256 || paint.bad('unknown')],
    ['connection', connectionText(context, link)],
    ['last contact', lastContact === null ? paint.dim('never') : `${ageText(lastContact, now)} ago`],
    ['cluster', connection.tunnel === 'open' ? paint.good('reachable through the hub') : paint.dim('not reachable')],
  ];
  if (identity) {
    const ended = Date.parse(identity.endsAt) <= now;
    const end = ended ? paint.bad(`ended ${identity.endsAt}`) : `ends ${identity.endsAt}`;
    rows.push(['identity', `${identity.siteId}  ${end}${paint.dim(`  renewed from ${identity.renewsAt} on`)}`]);
  }
  if (clockDifferenceMs !== null && Math.abs(clockDifferenceMs) >= DIFFERENCE_SHOWN_MS) {
    const way = clockDifferenceMs > 0 ? 'ahead of' : 'behind';
    rows.push([
      'clock',
      paint.warn(`the hub's is ${Math.round(Math.abs(clockDifferenceMs) / 1000)} s ${way} the site's`),
    ]);
  }
  return rows;
}

function troubleText({ outPaint: paint, clock }: Context, { trouble, connection }: LinkStatus): string[] {
  const lines: string[] = [];
  if (trouble) {
    lines.push(`${paint.bad('!')} ${trouble.message} ${paint.dim(`(${ageText(trouble.since, clock.now())})`)}`);
    if (trouble.cure) lines.push(`  ${paint.dim('cure:')} ${trouble.cure}`);
  }
  if (connection.byAuthorityAlone)
    lines.push(
      `${paint.warn('!')} by the site's clock, which is not sure, the hub's certificate is outside of its life: it was known by its authority alone`,
    );
  return lines;
}

function historyText({ outPaint: paint, clock }: Context, { history }: LinkStatus): string | undefined {
  if (history.length === 0) return undefined;
  const rows = history
    .slice(0, CHANGES_SHOWN)
    .map(({ at, from, to, reason }) => [
      `${ageText(at, clock.now())} ago`,
      `${from.mode === to.mode ? '' : `${from.mode} to `}${modePaint(paint)[to.mode](to.mode)}`,
      to.plane,
      reason,
    ]);
  return table(['when', 'mode', 'plane', 'why'], rows, paint);
}

export function linkText(context: Context, link: LinkStatus): string {
  const parts = [
    facts(
      [['site', context.outPaint.bold(link.site)], ['link', modeText(context, link)], ...hubRows(context, link)],
      context.outPaint,
    ),
    troubleText(context, link).join('\n') || undefined,
    historyText(context, link),
  ];
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}
