// Does one step after the other, going on past those that fail, so that as little as possible is left.
import { messageOf, WorldError } from '#base';

export interface Steps {
  /** Does a step; false when it failed. */
  step(act: () => unknown): Promise<boolean>;
  failed(): boolean;
  /** Errors: WorldError `Failed` that names everything that failed. */
  finish(): void;
}

export function everyStep(): Steps {
  const failures: unknown[] = [];
  return {
    async step(act) {
      try {
        await act();
        return true;
      } catch (error) {
        failures.push(error);
        return false;
      }
    },
    failed: () => failures.length > 0,
    finish: () => {
      if (failures.length === 0) return;
      const cures = failures.flatMap((error) => (error instanceof WorldError ? (error.details.cure ?? []) : []));
      throw new WorldError('Failed', failures.map(messageOf).join('\n'), {
        cure: [...new Set(cures), 'then run this again'].join('; '),
        cause: failures[0],
      });
    },
  };
}
