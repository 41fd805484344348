// The site's clock for a person.
import { lengthText } from '#engine/clock';
import type { ClockStatus } from '#model/site';
import type { Context } from '../context.ts';
import { facts } from '../output.ts';

/** "2 d 3 h ahead of", "12 s behind", "the same as". */
export function distanceText(ms: number): string {
  const length = lengthText(Math.abs(ms));
  return length === '' ? 'the same as' : `${length} ${ms > 0 ? 'ahead of' : 'behind'}`;
}

export function clockText(context: Context, clock: ClockStatus, more: { running: boolean; confirm: string }): string {
  const { outPaint: paint } = context;
  const { tentative, corroborated } = clock;
  const state = tentative ? paint.bad('tentative') : paint.good('trusted');
  const stopped = more.running ? '' : paint.dim('  the site is stopped: this is what it would start with');
  const lines = facts(
    [
      ['time', `${paint.bold(clock.time)}  ${state}${stopped}`],
      ['rests on', clock.restsOn.text],
      ['system clock', `${clock.systemTime}  ${paint.dim(`the site's time is ${distanceText(clock.offsetMs)} it`)}`],
      ['ratchet', `${clock.ratchet}  ${paint.dim('the latest time that has surely passed')}`],
      ['vouched for', corroborated ? `${corroborated.at}  ${paint.dim(`by ${corroborated.source}`)}` : 'never'],
    ],
    paint,
  );
  if (!tentative) return `${lines}\n`;
  const proposal =
    Math.abs(tentative.proposalByMs) < 1000
      ? 'accepts the time as it is'
      : `makes it ${tentative.proposal}, ${distanceText(tentative.proposalByMs)} now`;
  const choices = facts(
    [
      [more.confirm, proposal],
      [`${more.confirm} --undo`, "stays with the site's time"],
      [`${more.confirm} --time T`, 'makes it what you read on a clock that is right'],
    ],
    paint,
  );
  return `${lines}\n\n${paint.bad('!')} ${tentative.message} ${paint.dim(`(${tentative.reason}, since ${tentative.since})`)}\n\n${choices}\n`;
}
