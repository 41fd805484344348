// Bundles every app of src/apps, and every worker thread's entry (`*.worker.ts`), into dist/*.mjs.
// Code that several apps need stands in shared chunks, so that a lazily imported part costs nothing until it is used.
// Written aside and renamed file by file: a site that runs keeps its chunks (they are named by content).
import fs from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';

const home = path.join(import.meta.dirname, '..');
const dist = path.join(home, 'dist');
const aside = path.join(home, `.cache/dist-${process.pid}`);
const CHUNK_KEPT_MS = 7 * 24 * 3600 * 1000;

function filesUnder(folder: string, ending: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name));
}

const APPS = ['cli', 'holdfastd', 'hub', 'kube', 'node', 'services', 'witness'];
const apps = APPS.map((app) => path.join(home, `src/apps/${app}.ts`)).filter((file) => fs.existsSync(file));
const workers = filesUnder(path.join(home, 'src'), '.worker.ts');
const entryPoints = Object.fromEntries([...apps, ...workers].map((file) => [path.basename(file, '.ts'), file]));

/** `new URL('./x.worker.ts', import.meta.url)` names the bundle of that worker, which stands beside every chunk. */
const workerUrls: Plugin = {
  name: 'worker-urls',
  setup: (bundler) =>
    bundler.onLoad({ filter: /src\/.*\.ts$/ }, ({ path: file }) => {
      const source = fs.readFileSync(file, 'utf8');
      const contents = source.replace(
        /new URL\(\s*['"][^'"]*?([^/'"]+\.worker)\.ts['"],\s*import\.meta\.url,?\s*\)/g,
        (_, name: string) => `new URL('./${name}.mjs', import.meta.url)`,
      );
      return { contents, loader: 'ts' };
    }),
};

const started = performance.now();
// The stamp is as old as the start of the build: a source changed meanwhile is newer.
const stampTime = new Date();
fs.mkdirSync(dist, { recursive: true });
try {
  await build({
    absWorkingDir: home,
    entryPoints,
    outdir: aside,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    loader: { '.proto': 'text' },
    plugins: [workerUrls],
    legalComments: 'none',
    logLevel: 'error',
    minifySyntax: true,
    // CommonJS packages inside the bundle ask for Node.js modules by `require`.
    banner: {
      js: "import{createRequire as holdfastRequire}from'node:module';const require=holdfastRequire(import.meta.url);",
    },
  });
  for (const name of fs.readdirSync(aside)) fs.renameSync(path.join(aside, name), path.join(dist, name));
  for (const name of fs.readdirSync(dist)) {
    const file = path.join(dist, name);
    if (name.startsWith('chunk-') && Date.now() - fs.statSync(file).mtimeMs > CHUNK_KEPT_MS) fs.rmSync(file);
  }
  fs.writeFileSync(path.join(dist, 'built'), '');
  fs.utimesSync(path.join(dist, 'built'), stampTime, stampTime);
} catch {
  console.error('holdfast: the sources cannot be bundled (the errors stand above)');
  process.exitCode = 1;
} finally {
  fs.rmSync(aside, { recursive: true, force: true });
}
if (!process.exitCode)
  console.error(
    `build: ${Object.keys(entryPoints).length} bundles in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
