// Remembers the scripts it was given, and refuses when told to.
import { WorldError } from '#base';
import type { Nft } from './nft.ts';

export interface FakeNft extends Nft {
  readonly scripts: string[];
  /** The next `apply` fails. */
  failNext(): void;
}

export function fakeNft(): FakeNft {
  const scripts: string[] = [];
  let fails = false;
  return {
    scripts,
    failNext: () => {
      fails = true;
    },
    async apply(script) {
      if (fails) {
        fails = false;
        throw new WorldError('Invalid', 'nft refused the rules: told to');
      }
      scripts.push(script);
    },
    show: async () => undefined,
  };
}
