// Finds files that break the rules on names, size, headers and state.
import type { Violation } from './import-law.ts';
import { roomOf } from './rooms.ts';
import type { SourceFile } from './source-file.ts';

export const LINES_MAX = 400;
export const TEST_LINES_MAX = 600;
export const EXPORTS_MAX = 7;
const BANNED = /(^|\/)(utils?|helpers?|common|misc|shared|manager|types)(\.[a-z.]+|\/|$)/;
const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.(ts|tsx|mjs|json|md|sh|css|html|proto|yaml)$/;
/** A comment that silences the limits of functions, in which case nobody would see that the list of exceptions grew. */
const SILENCED_LIMIT = /biome-ignore\S* lint(:|\/complexity|\/nursery)/;
const LEFTOVER = /\b(TODO|FIXME|XXX)\b|@ts-ignore|\.(skip|only)\(/;

const isTest = (path: string): boolean => /\.(test|conformance|sim|fake)\.ts$/.test(path) || path.startsWith('test/');
const isDoor = (path: string): boolean => path.endsWith('/index.ts');
/** Files that are lists by nature: limits, contracts, messages of a protocol. */
const isList = (path: string): boolean => /(^|\/)(limits|contract|messages|[a-z-]+-facts)\.ts$/.test(path);

function rulesOf(file: SourceFile): [rule: string, broken: boolean, message: string][] {
  const max = isTest(file.path) ? TEST_LINES_MAX : LINES_MAX;
  const name = file.path.split('/').pop() ?? '';
  const room = roomOf(file.path);
  return [
    ['length', file.lines > max, `${file.lines} lines; the limit is ${max}`],
    ['name', BANNED.test(file.path), 'the name says nothing; name the thing that it is'],
    ['file-name', !FILE_NAME.test(name), 'file names are kebab-case'],
    ['header', !/^(#!.*\n)?(\/\/|\/\*)/.test(file.text), 'the file does not open by saying what it is'],
    [
      'exports',
      !isDoor(file.path) && !isList(file.path) && !isTest(file.path) && file.exports.length > EXPORTS_MAX,
      `${file.exports.length} exports; the limit is ${EXPORTS_MAX}`,
    ],
    [
      'env',
      room !== undefined &&
        room !== 'apps' &&
        !isTest(file.path) &&
        /\bprocess\.env\b/.test(file.text) &&
        !room.startsWith('platform/'),
      'the environment is read in apps only',
    ],
    [
      'module-state',
      room !== undefined && !isTest(file.path) && /^(export )?let /m.test(file.text),
      'no mutable state at module level',
    ],
    ['default-export', /^export default\b/m.test(file.text), 'no default exports'],
    [
      'test-folder',
      /\bmkdtemp(Sync)?\([^)]*tmpdir\(/.test(file.text) &&
        !file.path.endsWith('/test-run.fake.ts') &&
        !file.path.startsWith('scripts/check/'),
      'folders in the temporary folder are made by testFolder, so that they can be swept',
    ],
    ['enum', /^\s*(export )?(const )?enum /m.test(file.text), 'unions of strings, not enums'],
    [
      'silenced-limit',
      SILENCED_LIMIT.test(file.text) && !file.path.startsWith('scripts/check/'),
      'limits are not silenced in a comment',
    ],
    [
      'leftover',
      LEFTOVER.test(file.text) && !file.path.startsWith('scripts/check/'),
      'nothing is left to do, skipped or silenced',
    ],
  ];
}

export function checkHouse(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) =>
    rulesOf(file)
      .filter(([, broken]) => broken)
      .map(([rule, , message]) => ({ rule, path: file.path, line: 1, message })),
  );
}
