// docs/operations.md is what the catalogue says.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { OPERATIONS } from '#model/operations';
import { operationsDocument } from './operations-doc.ts';

test('docs/operations.md is up to date: sh scripts/node.sh scripts/generate-operations-doc.ts writes it', () => {
  const file = path.join(import.meta.dirname, '../docs/operations.md');
  assert.equal(fs.readFileSync(file, 'utf8'), operationsDocument());
});

test('every operation has its chapter', () => {
  const chapters = [...operationsDocument().matchAll(/^#### (.+)$/gm)].map(([, name]) => name);
  assert.deepEqual(
    chapters,
    OPERATIONS.map(({ name }) => name),
  );
});
