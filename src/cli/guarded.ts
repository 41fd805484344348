// The guard in front of every verb: the operation that a verb declares is asked about where its site stands, before the verb runs.
// A refusal goes into the site's audit, when the site runs.
import { clockOfFolder, foldersOf, siteStanding, tellRefusal } from '#host';
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
      const folders = foldersOf(data);
      const { isThere, standing, damage } = siteStanding(folders, clockOfFolder(data, context.clock).now());
      if (isThere && damage !== undefined) context.say(`${context.errPaint.warn('damaged:')} ${damage}`);
      if (isThere) {
        try {
          refuseUnlessAllowed(operation, standing);
        } catch (error) {
          await tellRefusal(folders, { operation, ...standing });
          throw error;
        }
      }
      return verb.run(options, args);
    },
  };
}
