// A node's power in memory; its controller can be out of reach.
import { WorldError } from '#base';
import type { Power } from './contract.ts';

export interface FakePower extends Power {
  isOn: boolean;
  reachable: boolean;
}

export function fakePower(): FakePower {
  const reached = (): void => {
    if (!fake.reachable) throw new WorldError('Unavailable', 'the controller does not answer: told not to');
  };
  const fake: FakePower = {
    isOn: true,
    reachable: true,
    cut: async () => {
      reached();
      fake.isOn = false;
    },
    state: async () => {
      reached();
      return fake.isOn ? 'on' : 'off';
    },
  };
  return fake;
}
