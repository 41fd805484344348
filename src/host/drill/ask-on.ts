// Asks the Kubernetes API all the while, over a connection that stays and over a new one each time, and keeps what failed.
import { messageOf } from '#base';
import type { AskedRequests } from '#engine/drill';
import type { Drilling } from './drilling.ts';
import { askOnce, openKubernetes } from './kubernetes-door.ts';
import { ASK_EVERY_MS } from './limits.ts';

/** Light, and answered only to who is known. */
const PATH = '/api/v1/namespaces/default';
/** Failures that are kept; who asked a thousand times in vain has seen enough. */
const FAILURES_MAX = 1_000;

export function askOn(drilling: Drilling): { stop(): Promise<AskedRequests> } {
  const { clock } = drilling;
  const asked = { kept: 0, fresh: 0, failures: [] as string[], slowestMs: 0 };
  let stopped = false;
  const door = openKubernetes(drilling);
  const loop = async (kind: 'kept' | 'fresh', ask: () => Promise<unknown>): Promise<void> => {
    while (!stopped) {
      const began = clock.monotonicMs();
      try {
        await ask();
      } catch (error) {
        if (asked.failures.length < FAILURES_MAX) asked.failures.push(messageOf(error));
      }
      asked[kind] += 1;
      asked.slowestMs = Math.max(asked.slowestMs, clock.monotonicMs() - began);
      await clock.sleep(ASK_EVERY_MS);
    }
  };
  const loops = Promise.all([loop('kept', () => door.ask('GET', PATH)), loop('fresh', () => askOnce(drilling, PATH))]);
  return {
    async stop() {
      stopped = true;
      await loops;
      door.close();
      return asked;
    },
  };
}
