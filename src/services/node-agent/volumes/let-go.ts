// Takes a finalizer off a volume whose folder is away, which lets its object go.
import { ApiError } from '#client';
import type { PersistentVolume } from '#model/kube';
import { type AgentContext, REFERENCED } from '../context.ts';

export async function letVolumeGo(
  { options }: Pick<AgentContext, 'options'>,
  { metadata }: PersistentVolume,
  finalizer: string,
): Promise<void> {
  const { name = '', resourceVersion, finalizers = [] } = metadata ?? {};
  const kept = finalizers.filter((one) => one !== finalizer);
  try {
    const body = { metadata: { resourceVersion, finalizers: kept } };
    await options.client.patch(REFERENCED.volume, { name }, { type: 'merge', body });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}
