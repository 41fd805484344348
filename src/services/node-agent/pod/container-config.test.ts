// What a container's group is told beyond its limits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killedWhole } from './container-config.ts';

test('a container that is out of memory is killed whole where the kernel can, on control groups of version 2', () => {
  assert.deepEqual(killedWhole({ version: 2 }), { unified: { 'memory.oom.group': '1' } });
  assert.deepEqual(killedWhole({ version: 1 }), {});
});
