// Bundles the workload, so that a life starts in tens of milliseconds and hundreds of kills fit into a test.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export interface Bundle {
  readonly workload: string;
  readonly workerUrl: URL;
}

export async function bundleWorkload(folder: string): Promise<Bundle> {
  const root = path.join(import.meta.dirname, '../..');
  await build({
    absWorkingDir: root,
    entryPoints: { workload: 'test/crash/workload.ts', worker: 'src/platform/sqlite/row-log.worker.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // CommonJS packages inside the bundle ask for Node.js modules by `require`.
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
    logLevel: 'error',
  });
  return { workload: path.join(folder, 'workload.mjs'), workerUrl: pathToFileURL(path.join(folder, 'worker.mjs')) };
}
