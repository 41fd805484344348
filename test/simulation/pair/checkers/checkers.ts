// Everybody who watches a simulated pair. A checker sees what happens and the ground truth, and decides by itself what may be.
import type { Checker } from '../../checkers/checkers.ts';
import type { Pair } from '../pair.ts';
import type { Observation } from '../world.ts';
import { kills } from './kills.ts';
import { linearizable } from './linearizable.ts';
import { oneApi } from './one-api.ts';
import { oneWriter } from './one-writer.ts';
import { podsMove } from './pods-move.ts';
import { somebodyServes } from './somebody-serves.ts';
import { watches } from './watches.ts';

export type PairChecker = Checker<Observation>;

export const CHECKERS: readonly ((pair: Pair) => PairChecker)[] = [
  oneApi,
  oneWriter,
  linearizable,
  watches,
  kills,
  somebodyServes,
  podsMove,
];
