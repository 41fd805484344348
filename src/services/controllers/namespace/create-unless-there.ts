// Creates an object that a namespace always has; one that is there, or a namespace that is going, is fine too.
import { ApiError, type Resource } from '#client';
import type { KubeObject } from '#model/kube';
import type { ControllerContext } from '../context.ts';
import { isNamespaceGoing } from '../pods.apply.ts';

export async function createUnlessThere<K extends KubeObject>(
  context: ControllerContext,
  of: Resource<K>,
  object: K,
): Promise<void> {
  try {
    await context.client.create(of, object);
  } catch (thrown) {
    if (thrown instanceof ApiError && (thrown.reason === 'AlreadyExists' || thrown.code === 404)) return;
    if (!isNamespaceGoing(thrown)) throw thrown;
  }
}
