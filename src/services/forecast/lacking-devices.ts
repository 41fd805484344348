// Says of each pod of a lost node that only a device keeps from starting elsewhere that this is so: an event on the pod that was lost. It is
// told the moment the loss is known, or when the pod is taken away, whichever comes first: afterwards nobody knows where it was.
import { forecastLoss } from '#engine/scheduling';
import type { Pod } from '#model/kube';
import { type EventRecorder, uidOf } from '#reconcile';
import { type LiveOptions, type LiveView, PODS } from './live-view.ts';

export interface LackingDevices {
  readonly live: LiveView;
  readonly lost: LiveOptions['lost'];
  readonly nodes: readonly string[];
  readonly events: EventRecorder;
}

export function tellLackingDevices({ live, lost, nodes, events }: LackingDevices): { close(): void } {
  const told = new Set<string>();
  /** `gone`: a pod of the node that no cache has any more. */
  const look = (loss: string, gone?: Pod): void => {
    const { view } = live.look();
    const others = gone ? view.pods.filter(({ info }) => info.uid !== uidOf(gone)) : view.pods;
    const own = gone ? [{ info: live.infoOf(gone), on: gone.spec?.nodeName ?? '' }] : [];
    const pods = [...others, ...own];
    for (const { namespace, name, device } of forecastLoss({ ...view, pods }, loss).wouldNotFit) {
      const pod = pods.find(({ info }) => info.namespace === namespace && info.pod.metadata?.name === name)?.info.pod;
      if (device === undefined || !pod || told.has(uidOf(pod))) continue;
      told.add(uidOf(pod));
      events.recordEvent(PODS, pod, {
        type: 'Warning',
        reason: 'DeviceLost',
        message: `${loss} is lost, and nothing that is left has ${device} free: what needs it waits until ${loss} is back or another node has it free`,
      });
    }
  };
  const handles = [
    lost.cache.onChange(({ object }) => {
      const node = object.metadata?.name ?? '';
      if (nodes.every((name) => !lost.has(name))) told.clear();
      else if (lost.has(node) && live.isSynced) look(node);
    }),
    live.caches.pods.onChange(({ type, object }) => {
      const loss = nodes.find((node) => lost.has(node) && live.pinnedTo(node).includes(object.spec?.nodeName ?? ''));
      if (loss === undefined || told.has(uidOf(object)) || !asksForMoreThanUsual(object)) return;
      if (type === 'deleted') look(loss, object);
      else if (live.isSynced) look(loss);
    }),
  ];
  return {
    close: () => {
      for (const handle of handles) handle.close();
    },
  };
}

/** Extended resources have a domain in their name. */
const asksForMoreThanUsual = ({ spec }: Pod): boolean =>
  (spec?.containers ?? []).some(({ resources }) =>
    Object.keys(resources?.requests ?? {}).some((name) => name.includes('/')),
  );
