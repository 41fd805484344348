// Carries the decisions of one pass out, in their order. What fails is told and stops nothing else. The inventory is on disk before the
// first write to the cluster, and again before an object is sent that runs to an end, so that it is not begun a second time.
import { messageOf, WorldError } from '#base';
import type { Client } from '#client';
import type { ReportedObject } from '#model/link';
import type { Log } from '#platform/log';
import { type Decision, isBrought } from './apply.plan.ts';
import { carryOut, isAway } from './cluster.apply.ts';
import { kindsOf, resourceFor } from './cluster.ts';
import type { Inventory, InventoryItem } from './inventory.ts';
import { partsOf, runsToEnd } from './object.ts';
import { carryOutSetting, isSetting, type SettingsDoor } from './settings.ts';

interface PassSurroundings {
  readonly client: Client;
  readonly log: Log;
  readonly settings?: SettingsDoor;
  keep(inventory: Inventory): void;
  isStopped(): boolean;
}

export class PassRun {
  readonly #of: PassSurroundings;
  readonly #kinds: ReturnType<typeof kindsOf>;

  constructor(of: PassSurroundings) {
    this.#of = of;
    this.#kinds = kindsOf(of.client);
  }

  /** Answers what became of every object. Errors: WorldError `Unavailable` when the API is lost on the way. */
  async carryOut(inventory: Inventory, decisions: readonly Decision[]): Promise<readonly ReportedObject[]> {
    const items: Record<string, InventoryItem> = { ...inventory.items };
    for (const decision of decisions) if (isBrought(decision)) setItem(items, decision.object, decision.item);
    const kept = (): Inventory => ({ ...inventory, items: { ...items } });
    this.#of.keep(kept());
    const told: ReportedObject[] = [];
    try {
      for (const decision of decisions) {
        const { object, action, item } = decision;
        if (this.#of.isStopped()) throw new WorldError('Unavailable', 'the process stops in the middle of a pass');
        if (action.kind === 'apply' && item && runsToEnd(action.manifest)) {
          items[object] = { ...item, sent: action.manifest };
          this.#of.keep(kept());
        }
        told.push(await this.#one(decision, (after) => setItem(items, object, after)));
        if (action.kind === 'apply' && runsToEnd(action.manifest)) this.#of.keep(kept());
      }
    } finally {
      this.#of.keep(kept());
    }
    return told;
  }

  async #one(decision: Decision, done: (item: InventoryItem | undefined) => void): Promise<ReportedObject> {
    const { object, action, state, message } = decision;
    try {
      if (action.kind === 'none') {
        done(decision.isForgotten || !isBrought(decision) ? undefined : decision.item);
        return { object, state, message };
      }
      const { settings } = this.#of;
      if (isSetting(object) && settings) {
        done(carryOutSetting(settings, decision));
        return { object, state, message };
      }
      const facts = await this.#kinds(partsOf(object));
      if (!facts) return { object, state: 'failed', message: `this cluster does not know ${partsOf(object).kind}` };
      done(await carryOut(this.#of.client, resourceFor(facts), decision));
      return { object, state, message };
    } catch (error) {
      if (isAway(error)) throw error;
      this.#of.log.warn('an object of the desired state failed', {
        object,
        action: action.kind,
        error: messageOf(error),
      });
      return { object, state: 'failed', message: messageOf(error) };
    }
  }
}

function setItem(items: Record<string, InventoryItem>, object: string, item: InventoryItem | undefined): void {
  if (item) items[object] = item;
  else delete items[object];
}
