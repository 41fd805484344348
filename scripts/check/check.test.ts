// Feeds the checker violations that it must catch, one a rule.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRepository } from '../check.ts';
import { withoutExceptions } from './exceptions.ts';
import { checkHouse } from './house-rules.ts';
import { checkImports } from './import-law.ts';
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

test('a checker that read no file fails', () => {
  assert.throws(() => checkRepository([]), /read no file/);
});
