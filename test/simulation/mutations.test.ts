// The checkers bite: every mistake of mutations.ts fails some life, by a checker that it concerns.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MUTATIONS } from './mutations.ts';
import { type Failure, runSeed } from './run.ts';

const YEARS = 5;
const SEEDS = 28;

for (const { name, noticedBy, seed: known, rules } of MUTATIONS)
  test(`noticed: ${name}`, () => {
    let failure: Failure | undefined;
    for (const seed of [known, ...Array.from({ length: SEEDS }, (_, i) => i + 1)])
      failure ??= runSeed({ seed, years: YEARS, rules }).failure;
    assert.ok(failure, 'no life fails');
    assert.ok(noticedBy.includes(failure.checker), `${failure.checker} noticed: ${failure.problem}`);
  });
