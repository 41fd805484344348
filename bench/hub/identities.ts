// Certificates and keys of all sites, made in threads and kept in files of the run's folder.
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { Worker } from 'node:worker_threads';
import type { Identity, Pattern } from './certificate-pattern.ts';
import type { Making } from './identities.worker.ts';

/** In the order of the sites. */
export type IdentityFiles = readonly string[];

export async function makeIdentities(pattern: Pattern, folder: string, sites: number): Promise<IdentityFiles> {
  const threads = os.availableParallelism();
  const each = Math.ceil(sites / threads);
  const parts = Array.from({ length: threads }, (_, part): Making => {
    const file = path.join(folder, `identities-${part}.jsonl`);
    return { pattern, file, first: part * each, end: Math.min(sites, (part + 1) * each) };
  });
  await Promise.all(
    parts.map((workerData) =>
      once(new Worker(new URL('./identities.worker.ts', import.meta.url), { workerData }), 'exit'),
    ),
  );
  return parts.map(({ file }) => file);
}

/** Every identity, by the number of its site. */
export async function readIdentities(files: IdentityFiles, visit: (site: number, line: string) => void): Promise<void> {
  let site = 0;
  for (const file of files)
    for await (const line of readline.createInterface({ input: fs.createReadStream(file) })) visit(site++, line);
}

export const identityIn = (line: string): Identity => JSON.parse(line) as Identity;
