// Checks the house: the import law, names and sizes, format and lint, types, unused code. Any finding is an error.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { EXCEPTIONS, withoutExceptions } from './check/exceptions.ts';
import { checkHouse } from './check/house-rules.ts';
import { checkImports, type Violation } from './check/import-law.ts';
import { checkReadmes } from './check/room-readmes.ts';
import { readSource, type SourceFile } from './check/source-file.ts';

const root = path.join(import.meta.dirname, '..');
const FILES_MIN = 50;

/** Every tracked or new TypeScript file but the generated ones. */
function sourceFiles(): SourceFile[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', 'src', 'test', 'bench', 'scripts', 'examples'],
    { cwd: root, encoding: 'utf8' },
  );
  return listed
    .split('\n')
    .filter((file) => file.endsWith('.ts') && !file.includes('/generated/') && fs.existsSync(path.join(root, file)))
    .map((file) => readSource(file, fs.readFileSync(path.join(root, file), 'utf8')));
}

function linesIn(file: string): number | undefined {
  const at = path.join(root, file);
  return fs.existsSync(at) ? fs.readFileSync(at, 'utf8').split('\n').length - 1 : undefined;
}

/** What is wrong in these files. Throws when there are too few to be the repository. */
export function checkRepository(files: readonly SourceFile[]): Violation[] {
  if (files.length < FILES_MIN)
    throw new Error(`the checker read no file, or too few (${files.length}): is this the repository?`);
  return withoutExceptions([...checkImports(files), ...checkHouse(files)], EXCEPTIONS);
}

function program(title: string, args: readonly string[]): boolean {
  const result = spawnSync(path.join(root, 'node_modules/.bin', args[0] ?? ''), args.slice(1), {
    cwd: root,
    encoding: 'utf8',
  });
  if (result.status === 0) return true;
  console.error(`${title} found:\n${result.stdout}${result.stderr}`);
  return false;
}

function main(): void {
  const files = sourceFiles();
  const violations = [
    ...checkRepository(files),
    ...checkReadmes(
      files.map(({ path }) => path),
      linesIn,
    ),
  ];
  for (const v of violations) console.error(`${v.path}:${v.line}: ${v.rule}: ${v.message}`);
  const fine = [
    violations.length === 0,
    program('types', ['tsc', '-p', '.']),
    program('format and lint', ['biome', 'check', '--error-on-warnings', '--max-diagnostics=40', '.']),
    program('unused code', ['knip', '--no-progress']),
  ];
  console.log(`check: ${files.length} files, ${violations.length} violations${fine.every(Boolean) ? '' : ': FAILED'}`);
  if (!fine.every(Boolean)) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) main();
