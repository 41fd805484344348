// Finds imports that the law forbids, cycles among them included.
import { builtinModules } from 'node:module';
import path from 'node:path';
import { lawOf, mayImport, roomOf } from './rooms.ts';
import type { SourceFile } from './source-file.ts';

export interface Violation {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** The room behind a door such as `#platform/clock`. */
function roomOfDoor(specifier: string): string {
  const parts = specifier.slice(1).split('/');
  return roomOf(`src/${specifier.slice(1)}/index.ts`) ?? parts[0] ?? '';
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
const isTest = (file: string): boolean => /\.(test|conformance|sim|fake)\.ts$/.test(file);

function checkImport(file: SourceFile, room: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    const target = path.posix.normalize(path.posix.join(path.posix.dirname(file.path), specifier));
    const other = roomOf(target);
    return other === room ? undefined : `reaches into ${other ?? target} by a relative path; import its door instead`;
  }
  if (specifier.startsWith('#')) {
    const other = roomOfDoor(specifier);
    if (other === room || mayImport(room, other) || (isTest(file.path) && other.startsWith('platform/')))
      return undefined;
    return `${room} may not import ${other}`;
  }
  if (isTest(file.path)) return undefined;
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    return lawOf(room)?.node
      ? undefined
      : `${room} may not import Node.js modules (${specifier}); use a door of platform`;
  }
  return lawOf(room)?.npm.includes(packageOf(specifier))
    ? undefined
    : `${room} may not import the package ${packageOf(specifier)}`;
}

/** Violations of the import law in `files`. */
export function checkImports(files: readonly SourceFile[]): Violation[] {
  const found: Violation[] = [];
  for (const file of files) {
    const room = roomOf(file.path);
    if (room === undefined) continue;
    if (!lawOf(room)) {
      found.push({ rule: 'room', path: file.path, line: 1, message: `no room is called ${room}` });
      continue;
    }
    for (const { specifier, line } of file.imports) {
      const message = checkImport(file, room, specifier);
      if (message) found.push({ rule: 'import', path: file.path, line, message });
    }
  }
  return [...found, ...checkCycles(files)];
}

/** Cycles of value imports inside rooms, each told once. */
export function checkCycles(files: readonly SourceFile[]): Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: Violation[] = [];
  const visit = (file: SourceFile, trail: readonly string[]): void => {
    const at = trail.indexOf(file.path);
    if (at >= 0) {
      found.push({ rule: 'cycle', path: file.path, line: 1, message: [...trail.slice(at), file.path].join(' -> ') });
      return;
    }
    if (done.has(file.path)) return;
    for (const { specifier, typeOnly } of file.imports) {
      if (typeOnly || !specifier.startsWith('.')) continue;
      const next = byPath.get(path.posix.normalize(path.posix.join(path.posix.dirname(file.path), specifier)));
      if (next) visit(next, [...trail, file.path]);
    }
    done.add(file.path);
  };
  for (const file of files) visit(file, []);
  return found;
}
