// What the command line asks of rolling restarts: to begin one, and how it stands.
import { WorldError } from '#base';
import { restartOrder } from '#engine/rolling';
import { type Site, votersOf } from '#model/site';
import type { ControlVerbs } from '../control.ts';
import { wanting } from './pair-status.ts';
import type { StartedPair } from './start-pair.ts';

export function pairRestarts(site: Site, started: () => StartedPair | undefined): ControlVerbs['nodeRestart'] {
  const running = (): StartedPair => {
    const pair = started();
    if (pair) return pair;
    if (site.pair) throw new WorldError('Unavailable', 'the node is starting', { cure: 'try again when it is up' });
    throw new WorldError('Unsupported', `the site ${site.name} has one node: to restart it means to stop it`, {
      cure: 'holdfast down, then holdfast up',
    });
  };
  return {
    state: async () => (await running().rolling.state()) ?? null,
    begin: async ({ name, drainMs }) => {
      const pair = running();
      const voters = site.pair ? votersOf(site.pair).map((voter) => voter.name) : [];
      if (name !== undefined && !voters.includes(name))
        throw new WorldError('NotFound', `there is no node ${name}`, { cure: `there are ${voters.join(', ')}` });
      const missing = wanting(site, pair);
      if (missing.length > 0)
        throw new WorldError('Conflict', `the site is not whole: wanting are ${missing.join(', ')}`, {
          cure: 'restart nodes when the site is whole: holdfast status',
        });
      const order = restartOrder(name === undefined ? voters : [name], pair.failover.seen?.controller);
      return pair.rolling.begin(order, drainMs);
    },
  };
}
