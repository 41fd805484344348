// What the network plug-ins answered for each pod is kept by containerd in one folder of the machine, whatever folders it was
// given itself; a pod that was killed leaves its own. Whose a pod was tells the network's configuration, which stands in there.
// Source: CNI library, cache of results (kind cniCacheV1).
import fs from 'node:fs';
import path from 'node:path';

const NETWORK_RESULTS = '/var/lib/cni/results';

interface Kept {
  readonly file: string;
  readonly containerId?: string;
  /** The network's configuration. */
  readonly config: string;
}

/** Undefined where it is half written, or gone by now: it tells nothing. */
function keptIn(file: string): Kept | undefined {
  try {
    const { containerId, config = '' } = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, string>;
    return { file, containerId, config: Buffer.from(config, 'base64').toString() };
  } catch {
    return undefined;
  }
}

const filesIn = (results: string): string[] =>
  fs.existsSync(results) ? fs.readdirSync(results).map((name) => path.join(results, name)) : [];

/** Removes what was kept for pods on networks whose configuration names a place below `folder`. The pods have ended. */
export function removeNetworkResults(folder: string, results = NETWORK_RESULTS): void {
  const kept = filesIn(results).flatMap((file) => keptIn(file) ?? []);
  const pods = new Set(kept.filter(({ config }) => config.includes(`"${folder}/`)).map((one) => one.containerId));
  // A pod's loopback network has no place of its own.
  for (const { file, containerId } of kept) if (containerId && pods.has(containerId)) fs.rmSync(file, { force: true });
}

/** Removes what a power cut left half written: nobody syncs it, and a pod whose result cannot be read could never be ended. One that
 * is being written this moment is lost too; its pod is ended by the configuration then, as one without a result. */
export function removeTornNetworkResults(results = NETWORK_RESULTS): void {
  for (const file of filesIn(results)) if (!keptIn(file)) fs.rmSync(file, { force: true });
}
