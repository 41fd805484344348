// Begins a rolling restart of a site's nodes, and follows it through the restarts of those who answer.
import { WorldError } from '#base';
import type { NodeRestart } from '#model/site';
import type { Clock } from '#platform/clock';
import { RESTART_POLL_MS, RESTART_SILENCE_MS_MAX } from './limits.ts';
import { openSite } from './site-file.ts';
import { callSupervisor } from './supervisor-call.ts';

type Request = { readonly verb: 'node-restart'; readonly name?: string; readonly drainMs: number };

async function asked(
  data: string,
  request: Request | { readonly verb: 'node-restart-show' },
): Promise<NodeRestart | null> {
  const { folders } = openSite(data);
  for await (const answer of callSupervisor(folders, request))
    if (answer.kind === 'node-restart') return answer.restart;
  throw new WorldError('Failed', `holdfastd has given no answer to ${request.verb}`);
}

/** Told with each change. Resolves with how it ended. Errors: WorldError as the site answers when it is not begun, `Unavailable` when nobody
 * answers for long; it goes on all the same. */
export async function restartNodes(of: {
  readonly data: string;
  readonly name?: string;
  readonly drainMs: number;
  readonly clock: Clock;
  told(restart: NodeRestart): void;
}): Promise<NodeRestart> {
  const { data, name, drainMs, clock, told } = of;
  const begun = await asked(data, { verb: 'node-restart', drainMs, ...(name !== undefined && { name }) });
  if (!begun) throw new WorldError('Failed', 'no restart was begun');
  let last = begun;
  told(last);
  let answeredMs = clock.monotonicMs();
  for (;;) {
    if (last.ended) return last;
    await clock.sleep(RESTART_POLL_MS);
    try {
      const now = await asked(data, { verb: 'node-restart-show' });
      answeredMs = clock.monotonicMs();
      if (now?.id !== begun.id) throw new WorldError('Conflict', 'another restart was begun after this one');
      if (JSON.stringify(now) !== JSON.stringify(last)) told(now);
      last = now;
    } catch (error) {
      // Who answered is being restarted, or control moves.
      const isSilent = error instanceof WorldError && ['Unavailable', 'NotFound'].includes(error.code);
      if (!isSilent || clock.monotonicMs() - answeredMs > RESTART_SILENCE_MS_MAX) throw error;
    }
  }
}
