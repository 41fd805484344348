// The book of a drill: what was done and found, step by step, with times and figures.
import { messageOf } from '#base';
import type { Finding } from '#engine/drill';
import type { DrillStep } from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import { LOOK_MS, SEEN_MS_MAX } from './limits.ts';

export type BookedStep = DrillStep & { readonly holds: boolean };

export interface Seeing {
  readonly figure?: string;
  readonly withinMs?: number;
  readonly sinceMs?: number;
}

export interface Book {
  readonly steps: readonly BookedStep[];
  readonly figures: Readonly<Record<string, number>>;
  /** Writes a step down; what throws has not held. */
  step(act: () => Promise<Finding>): Promise<void>;
  /** The same, looked at again and again until it holds or time is up; `figure` is how long that took, from `sinceMs` of steady time if given. */
  seen(look: () => Promise<Finding>, how?: Seeing): Promise<void>;
  figure(name: string, ms: number): void;
}

export function openBook(of: { readonly clock: Clock; told(step: BookedStep): void }): Book {
  const { clock } = of;
  const steps: BookedStep[] = [];
  const figures: Record<string, number> = {};
  const figure = (name: string, ms: number): void => {
    figures[`${name}Ms`] = Math.round(ms);
  };
  const found = async (act: () => Promise<Finding>): Promise<Finding> =>
    act().catch((error: unknown) => ({ holds: false, what: messageOf(error) }));
  const write = (finding: Finding, began: { at: string; ms: number }): void => {
    const step = { at: began.at, ...finding, tookMs: Math.round(clock.monotonicMs() - began.ms) };
    steps.push(step);
    of.told(step);
  };
  const begin = () => ({ at: rfc3339(clock.now()), ms: clock.monotonicMs() });
  return {
    steps,
    figures,
    figure,
    async step(act) {
      const began = begin();
      write(await found(act), began);
    },
    async seen(look, { figure: name, withinMs = SEEN_MS_MAX, sinceMs } = {}) {
      const began = begin();
      let finding = await found(look);
      while (!finding.holds && clock.monotonicMs() - began.ms < withinMs) {
        await clock.sleep(LOOK_MS);
        finding = await found(look);
      }
      if (name !== undefined) figure(name, clock.monotonicMs() - (sinceMs ?? began.ms));
      write(finding, began);
    },
  };
}
