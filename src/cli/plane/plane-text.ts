// How the plane is shown to people: who may change what the hub owns, and where site and hub differ.
import type { PlaneStatus } from '#model/site';
import type { Context } from '../context.ts';
import { ageText, facts, type Paint, table } from '../output.ts';

/** Objects that are shown; `--json` has all that are named. */
const OBJECTS_SHOWN = 20;

const statePaint = (paint: Paint, state: string): string =>
  state === 'failed' ? paint.bad(state) : ['differs', 'drifted'].includes(state) ? paint.warn(state) : state;

function whoText({ plane, mode }: PlaneStatus): string {
  if (mode === 'NotActivated') return "the site's own: it has no hub";
  if (plane === 'local') return 'the site: what is changed here wins until the plane is given back';
  return mode === 'Connected'
    ? 'the hub'
    : 'nobody here while the link is away; to change it all the same: holdfast plane take --reason WHY';
}

function desiredText({ desired }: PlaneStatus): string {
  if (!desired) return 'none';
  const { revision, applied, counts } = desired;
  const state = Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
  return `revision ${revision}${applied === revision ? '' : `, of which ${applied || 'none'} is applied whole`}${state && `: ${state}`}`;
}

export function planeText(context: Context, status: PlaneStatus): string {
  const { outPaint: paint, clock } = context;
  const { plane, since, reason, desired } = status;
  const shown = facts(
    [
      ['plane', `${paint.bold(plane)}${paint.dim(`  for ${ageText(since, clock.now())}: ${reason}`)}`],
      ['link', status.mode],
      ['may change', whoText(status)],
      ['hub wants', desiredText(status)],
    ],
    paint,
  );
  const objects = desired?.objects ?? [];
  if (!desired || objects.length === 0) return `${shown}\n`;
  const rows = objects
    .slice(0, OBJECTS_SHOWN)
    .map(({ object, state, message = '' }) => [object, statePaint(paint, state), message]);
  const hidden = objects.length - rows.length + desired.more;
  const more = hidden > 0 ? `\n${paint.dim(`and ${hidden} more`)}` : '';
  return `${shown}\n\n${table(['object', 'state', 'what'], rows, paint)}${more}\n`;
}
