// The guard in front of every verb: the operation that a verb declares is asked about where its site stands, before the verb runs.
import { clockOfFolder, foldersOf, siteStanding } from '#host';
import { refuseUnlessAllowed } from '#model/operations';
import type { CommonOptions, Context, Verb } from './context.ts';

/** The same verb behind the guard. Without a site there is nothing to guard: the verb says so itself. */
export function guarded(context: Context, verb: Verb): Verb {
  const { operation } = verb;
  if (operation === undefined) return verb;
  return {
    ...verb,
    async run(options, args) {
      const data = context.dataOf(options as CommonOptions);
      const { isThere, standing, damage } = siteStanding(foldersOf(data), clockOfFolder(data, context.clock).now());
      if (isThere && damage !== undefined) context.say(`${context.errPaint.warn('damaged:')} ${damage}`);
      if (isThere) refuseUnlessAllowed(operation, standing);
      return verb.run(options, args);
    },
  };
}
