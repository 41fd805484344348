// Does one step after the other, going on past those that fail, so that as little as possible is left.
import { messageOf, WorldError } from '#base';

const AGAIN = 'run this again';

export interface Steps {
  /** Does a step; false when it failed. */
  step(act: () => unknown): Promise<boolean>;
  failed(): boolean;
  /** Errors: WorldError `Failed` that names everything that failed. */
  finish(): void;
}

export function everyStep(): Steps {
  const failures: unknown[] = [];
  const cures = new Set<string>();
  return {
    async step(act) {
      try {
        await act();
        return true;
      } catch (error) {
        failures.push(error);
        const cure = error instanceof WorldError ? error.details.cure : undefined;
        // Steps may be made of steps.
        if (cure && cure !== AGAIN) cures.add(cure.replace(`; ${AGAIN}`, ''));
        return false;
      }
    },
    failed: () => failures.length > 0,
    finish: () => {
      if (failures.length === 0) return;
      throw new WorldError('Failed', failures.map(messageOf).join('\n'), {
        cure: [...cures, AGAIN].join('; '),
        cause: failures[0],
      });
    },
  };
}
