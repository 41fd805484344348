// At most one API serves, at any instant.
import type { Pair } from '../pair.ts';
import type { PairChecker } from './checkers.ts';

export function oneApi({ nodes }: Pair): PairChecker {
  const [a, b] = nodes;
  return {
    name: 'one-api',
    saw({ kind }) {
      if (kind !== 'step' && kind !== 'answered') return undefined;
      return a?.kube.serves && b?.kube.serves ? 'both APIs serve' : undefined;
    },
  };
}
