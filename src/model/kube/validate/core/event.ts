// Validation of events.
import type { Event } from '../../generated/kinds.ts';
import type { Findings } from '../finding.ts';

/** An event stands in the namespace of what it is about; of a cluster-wide thing, in "default" or "kube-system". */
export function validateEvent(event: Event, to: Findings): void {
  const about = event.involvedObject?.namespace ?? '';
  const namespace = event.metadata?.namespace;
  if (about ? about !== namespace : namespace !== 'default' && namespace !== 'kube-system')
    to.invalid('involvedObject.namespace', about, 'does not match event.namespace');
}
