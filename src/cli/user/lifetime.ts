// How long a person's kubeconfig lives, as options of every command that issues one.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { USER_LIFE_MS } from '#model/site';

export interface LifetimeOptions {
  readonly days?: number;
  readonly hours?: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A whole number whose span is allowed. */
const spans = (unitMs: number) => (text: string) => {
  const count = Number(text);
  const lifeMs = count * unitMs;
  if (Number.isInteger(count) && lifeMs >= USER_LIFE_MS.least && lifeMs <= USER_LIFE_MS.most) return count;
  throw new InvalidArgumentError(`It must be from 1 to ${USER_LIFE_MS.most / unitMs}.`);
};

export const withLifetime = (command: Command): Command =>
  command
    .addOption(
      new Option('--days <n>', `days until it ends, 1 to 365 (default: ${USER_LIFE_MS.usual / DAY_MS})`)
        .argParser(spans(DAY_MS))
        .conflicts('hours'),
    )
    .addOption(new Option('--hours <n>', 'hours until it ends, 1 to 8760').argParser(spans(HOUR_MS)));

export function lifetimeMs({ days, hours }: LifetimeOptions): number {
  if (hours !== undefined) return hours * HOUR_MS;
  return days === undefined ? USER_LIFE_MS.usual : days * DAY_MS;
}
