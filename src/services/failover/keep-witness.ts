// The witness: a voter without pods. It refuses fenced nodes, says so, and does nothing else.
import type { Clock, Timer } from '#platform/clock';
import { connectEtcd, type EtcdOptions } from '#platform/etcd';
import type { Log } from '#platform/log';
import { SiteAgreement } from './agreement.ts';
import type { FailoverHands } from './contract.ts';
import { ANSWER_MS_MAX, LOOK_MS } from './limits.ts';
import { Refusing } from './refusing.ts';

export interface WitnessOptions {
  readonly self: string;
  readonly life: string;
  readonly etcd: EtcdOptions;
  readonly hands: Pick<FailoverHands, 'refuse'>;
  readonly clock: Clock;
  readonly log: Log;
}

export function keepWitness(of: WitnessOptions): { stop(): void } {
  const { self, life, hands, clock, log } = of;
  const client = connectEtcd({ ...of.etcd, timeoutMs: ANSWER_MS_MAX });
  const agreement = new SiteAgreement({ client, self, life });
  const failed = (error: unknown): void => log.debug('witness: an attempt failed', { error });
  const refusing = new Refusing({ self, agreement, hands, failed });
  let timer: Timer | undefined;
  let stopped = false;
  const turn = (): void => {
    agreement
      .look(clock.monotonicMs())
      .then((seen) => refusing.carryOut(seen), failed)
      .finally(() => {
        if (!stopped) timer = clock.after(LOOK_MS, turn, { background: true });
      });
  };
  turn();
  return {
    stop: () => {
      stopped = true;
      timer?.cancel();
      client.close();
    },
  };
}
