// The socket on which each process of ours says that it lives: holdfastd asks, the process answers when its event loop turns and
// what it rests on has answered too.
import type { SiteFolders } from '#model/site';
import { callLines, type LineServer, serveLines } from '#platform/socket';

/** `proof` resolves when what the process rests on works. */
export function answerLiveness(
  of: { readonly folders: SiteFolders; readonly processName: string },
  proof: () => Promise<void> = async () => undefined,
): Promise<LineServer> {
  return serveLines(of.folders.alive(of.processName), async function* () {
    await proof();
    yield { alive: true };
  });
}

/** Resolves when the process answers, which may be never. Errors: WorldError `Unavailable` when nobody listens. */
export async function askLiveness(folders: SiteFolders, processName: string): Promise<void> {
  for await (const _answer of callLines(folders.alive(processName), {})) return;
}
