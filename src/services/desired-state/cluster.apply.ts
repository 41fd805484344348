// Carries one decision of the plan out on the cluster. Each can be carried out again without harm.
import { WorldError } from '#base';
import { ApiError, type Client, type Resource } from '#client';
import { HUB_FIELD_MANAGER, OWNER_LABEL, REVISION_ANNOTATION } from '#model/link';
import type { Decision } from './apply.plan.ts';
import { applyManifest, placeOf } from './cluster.ts';
import type { InventoryItem } from './inventory.ts';
import { marked } from './object.ts';

/** What the inventory holds afterwards; undefined: nothing. Errors: ApiError; WorldError `Unavailable`. */
export async function carryOut(client: Client, of: Resource, decision: Decision): Promise<InventoryItem | undefined> {
  const { action, item, isForgotten } = decision;
  switch (action.kind) {
    case 'none':
      break;
    case 'apply': {
      const { manifest, revision } = action;
      const made = await applyManifest(client, of, marked(manifest, revision), { dryRun: false });
      const { sent: _sent, ...kept } = item ?? { object: decision.object, adopted: false };
      return { ...kept, applied: manifest, revision, uid: made.metadata?.uid };
    }
    case 'delete':
      await gone(
        client.delete(of, placeOf(decision.object), {
          preconditions: { uid: action.uid },
          propagationPolicy: 'Background',
        }),
      );
      break;
    case 'release':
      await gone(release(client, of, decision));
  }
  return isForgotten ? undefined : item;
}

/** What is gone already is as good as deleted, or released. */
async function gone(done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
  }
}

async function release(client: Client, of: Resource, { object }: Decision): Promise<void> {
  const at = placeOf(object);
  const { metadata } = await client.get(of, at);
  const managedFields = (metadata?.managedFields ?? []).filter(({ manager }) => manager !== HUB_FIELD_MANAGER);
  const body = {
    metadata: {
      resourceVersion: metadata?.resourceVersion,
      labels: { [OWNER_LABEL]: null },
      annotations: { [REVISION_ANNOTATION]: null },
      managedFields,
    },
  };
  await client.patch(of, at, { type: 'merge', body }, { fieldManager: HUB_FIELD_MANAGER });
}

/** Whether nothing at all can be reached, so that the rest of a pass is in vain. */
export const isAway = (error: unknown): boolean => error instanceof WorldError && error.code === 'Unavailable';
