// The socket on which each process of ours says that it does its work, with its number: from the moment that it is ready, it answers
// when its event loop turns and what it rests on has answered too. A socket takes no room, so a full disk keeps nobody from it.
import { WorldError } from '#base';
import type { SiteFolders } from '#model/site';
import { callLines, type LineServer, serveLines } from '#platform/socket';

interface Alive {
  readonly pid: number;
}

/** `proof` resolves when what the process rests on works. */
export function answerLiveness(
  of: { readonly folders: SiteFolders; readonly processName: string },
  proof: () => Promise<void> = async () => undefined,
): Promise<LineServer> {
  return serveLines(of.folders.alive(of.processName), async function* () {
    await proof();
    yield { pid: process.pid } satisfies Alive;
  });
}

/** The number of the process that answers, which may be never. Errors: WorldError `Unavailable` when nobody listens. */
export async function askLiveness(folders: SiteFolders, processName: string): Promise<number> {
  for await (const answer of callLines(folders.alive(processName), {})) return (answer as Alive).pid;
  throw new WorldError('Unavailable', `${processName} went away without an answer`);
}

/** Whether it is this very process that answers. */
export async function isAnswering(folders: SiteFolders, processName: string, pid: number): Promise<boolean> {
  try {
    return (await askLiveness(folders, processName)) === pid;
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Unavailable') return false;
    throw error;
  }
}
