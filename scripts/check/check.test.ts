// Feeds the checker violations that it must catch, one a rule.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { testFolder } from '#platform/process';
import { checkRepository } from '../check.ts';
import { withoutExceptions } from './exceptions.ts';
import { checkHouse } from './house-rules.ts';
import { checkImports } from './import-law.ts';
import { checkReadmes, README_LINES_MAX } from './room-readmes.ts';
import { readSource } from './source-file.ts';

const rulesIn = (path: string, text: string): string[] => {
  const file = readSource(path, text);
  return [...checkImports([file]), ...checkHouse([file])].map((v) => v.rule);
};

const cases: [what: string, path: string, text: string, rule: string][] = [
  ['base imports a platform door', 'src/base/a.ts', "// A.\nimport { x } from '#platform/clock';\n", 'import'],
  [
    'a service imports another service',
    'src/services/dns/a.ts',
    "// A.\nimport { x } from '#services/registry';\n",
    'import',
  ],
  [
    'a type import counts too',
    'src/services/dns/a.ts',
    "// A.\nimport type { X } from '#services/registry';\n",
    'import',
  ],
  ['a re-export counts too', 'src/model/kube/a.ts', "// A.\nexport { x } from '#store';\n", 'import'],
  ['a dynamic import counts too', 'src/model/kube/a.ts', "// A.\nconst a = await import('#store');\n", 'import'],
  [
    'a relative path into another room',
    'src/services/dns/a.ts',
    "// A.\nimport { x } from '../registry/b.ts';\n",
    'import',
  ],
  ['Node.js in the model', 'src/model/site/a.ts', "// A.\nimport fs from 'node:fs';\n", 'import'],
  ['Node.js without its prefix', 'src/engine/x/a.ts', "// A.\nimport fs from 'fs';\n", 'import'],
  ['a package in the store', 'src/store/a.ts', "// A.\nimport { x } from 'yaml';\n", 'import'],
  ['one engine imports another', 'src/engine/a/a.ts', "// A.\nimport { x } from '#engine/b';\n", 'import'],
  [
    'one door of platform imports another',
    'src/platform/a/a.ts',
    "// A.\nimport { x } from '#platform/process';\n",
    'import',
  ],
  [
    'the command line reaches into a service',
    'src/cli/a.ts',
    "// A.\nimport { x } from '#services/supervisor';\n",
    'import',
  ],
  ['an unknown room', 'src/stuff/a.ts', '// A.\n', 'room'],
  ['a banned name', 'src/base/utils.ts', '// A.\n', 'name'],
  ['a banned folder', 'src/base/common/a.ts', '// A.\n', 'name'],
  ['camel case', 'src/base/fileName.ts', '// A.\n', 'file-name'],
  ['too long', 'src/base/a.ts', `// A.\n${'x();\n'.repeat(400)}`, 'length'],
  ['a test too long', 'src/base/a.test.ts', `// A.\n${'x();\n'.repeat(600)}`, 'length'],
  ['no header', 'src/base/a.ts', 'export const a = 1;\n', 'header'],
  [
    'too many exports',
    'src/base/a.ts',
    `// A.\n${[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `export const a${n} = 1;\n`).join('')}`,
    'exports',
  ],
  ['the environment outside apps', 'src/host/a.ts', '// A.\nexport const a = process.env.HOME;\n', 'env'],
  ['mutable module state', 'src/base/a.ts', '// A.\nlet a = 1;\n', 'module-state'],
  ['a default export', 'src/base/a.ts', '// A.\nexport default 1;\n', 'default-export'],
  ['an enum', 'src/base/a.ts', '// A.\nexport enum A { B }\n', 'enum'],
  [
    'a limit silenced in a comment',
    'src/base/a.ts',
    '// A.\n// biome-ignore lint/complexity/useMaxParams: so many\n',
    'silenced-limit',
  ],
  ['all limits silenced at once', 'src/base/a.test.ts', '// A.\n// biome-ignore-all lint: so many\n', 'silenced-limit'],
  [
    'a folder that no sweep knows',
    'src/base/a.test.ts',
    "// A.\nfs.mkdtempSync(path.join(os.tmpdir(), 'x-'));\n",
    'test-folder',
  ],
  ['work left over', 'src/base/a.ts', '// A.\n// TODO later\n', 'leftover'],
];

for (const [what, path, text, rule] of cases) {
  test(`caught: ${what}`, () => assert.ok(rulesIn(path, text).includes(rule), `${rulesIn(path, text)}`));
}

test('lawful files pass', () => {
  assert.deepEqual(
    rulesIn(
      'src/services/dns/answer.ts',
      "// Answers.\nimport { x } from '#base';\nimport { y } from './zone.ts';\nexport const a = x + y;\n",
    ),
    [],
  );
  assert.deepEqual(
    rulesIn('src/engine/capacity/plan.ts', "// Plans.\nimport { x } from '#engine/scheduling';\nexport const a = x;\n"),
    [],
  );
});

test('caught: a cycle of three files', () => {
  const files = ['a:b', 'b:c', 'c:a'].map((pair) =>
    readSource(`src/base/${pair[0]}.ts`, `// F.\nimport { x } from './${pair[2]}.ts';\n`),
  );
  assert.deepEqual(
    checkImports(files).map((v) => v.rule),
    ['cycle'],
  );
});

test('an exception covers its violation, and an idle one is an error', () => {
  const violation = { rule: 'length', path: 'src/base/a.ts', line: 1, message: 'm' };
  const exception = { rule: 'length', path: 'src/base/a.ts', reason: 'r' };
  assert.deepEqual(withoutExceptions([violation], [exception]), []);
  assert.equal(withoutExceptions([], [exception]).length, 1);
});

/** Rules that the linter, as the house configures it, finds broken in one file. */
function lintRulesIn(file: string, text: string): string[] {
  const root = path.join(import.meta.dirname, '../..');
  const folder = testFolder('check');
  try {
    fs.copyFileSync(path.join(root, 'biome.json'), path.join(folder, 'biome.json'));
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
    // The folder is no repository, and the configuration leaves out what a repository ignores.
    const args = ['lint', '--vcs-enabled=false', '--error-on-warnings', '--reporter=github', '.'];
    const result = spawnSync(path.join(root, 'node_modules/.bin/biome'), args, { cwd: folder, encoding: 'utf8' });
    const found = [...result.stdout.matchAll(/^::error title=(\S+?),/gm)].map((match) => match[1] ?? '');
    assert.equal(result.status, found.length > 0 ? 1 : 0, `${result.stdout}${result.stderr}`);
    return found;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const ofLines = (count: number): string => `// A.\nexport function a(): void {\n${'  a();\n'.repeat(count)}}\n`;
const ofParameters = (count: number): string => {
  const names = ['a', 'b', 'c', 'd', 'e'].slice(0, count);
  return `// A.\nexport const f = (${names.map((n) => `${n}: number`).join(', ')}) => ${names.join(' + ')};\n`;
};
const ofDepth = (depth: number): string =>
  `// A.\nexport function a(b: boolean): void {\n${'if (b) {'.repeat(depth)} a(b); ${'}'.repeat(depth)}\n}\n`;
const LINES = 'lint/complexity/noExcessiveLinesPerFunction';
const PARAMETERS = 'lint/complexity/useMaxParams';
const DEPTH = 'lint/nursery/noExcessiveNestedBlocks';

const limits: [what: string, file: string, text: string, broken: string[]][] = [
  ['a function of 60 lines', 'src/base/a.ts', ofLines(60), []],
  ['a function of 61 lines', 'src/base/a.ts', ofLines(61), [LINES]],
  ['a long function of a fixture', 'src/base/a.fixture.ts', ofLines(61), [LINES]],
  ['a long function of a script', 'scripts/a.mjs', ofLines(61).replace(': void', ''), [LINES]],
  ['a long function of a bench', 'bench/a.ts', ofLines(61), [LINES]],
  ['a long function of an example', 'examples/a/a.mjs', ofLines(61).replace(': void', ''), [LINES]],
  ['a long function of a unit test', 'src/base/a.test.ts', ofLines(61), []],
  ['a long function of a conformance suite', 'src/base/a.conformance.ts', ofLines(61), []],
  ['a long function of a simulation', 'src/base/a.sim.ts', ofLines(61), []],
  ['a long function of a fake', 'src/base/a.fake.ts', ofLines(61), []],
  ['a long function under test', 'test/integration/a.ts', ofLines(61), []],
  ['four parameters', 'src/base/a.ts', ofParameters(4), []],
  ['five parameters', 'src/base/a.ts', ofParameters(5), [PARAMETERS]],
  ['five parameters in a test', 'test/integration/a.test.ts', ofParameters(5), [PARAMETERS]],
  ['five parameters in a fake', 'src/base/a.fake.ts', ofParameters(5), [PARAMETERS]],
  ['a depth of three', 'src/base/a.ts', ofDepth(3), []],
  ['a depth of four', 'src/base/a.ts', ofDepth(4), [DEPTH]],
  ['a depth of four in a test', 'test/faults/a.test.ts', ofDepth(4), [DEPTH]],
];

for (const [what, file, text, broken] of limits) {
  test(`limit of functions: ${what}`, () => assert.deepEqual(lintRulesIn(file, text), broken));
}

test('a room says what it is, in few lines', () => {
  const rules = (lines: number | undefined) =>
    checkReadmes(['src/services/dns/a.ts', 'src/services/dns/b/c.ts', 'test/a.ts'], (path) => {
      assert.equal(path, 'src/services/dns/README.md');
      return lines;
    }).map(({ rule }) => rule);
  assert.deepEqual([undefined, README_LINES_MAX + 1].map(rules), [['readme'], ['readme']]);
  assert.deepEqual(rules(README_LINES_MAX), []);
});

test('a checker that read no file fails', () => {
  assert.throws(() => checkRepository([]), /read no file/);
});
