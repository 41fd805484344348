// Gives each node its range of pod addresses out of the cluster's. A range belongs to a node as long as the node is there.
import { assert, cidrParse, cidrText } from '#base';
import { type Controller, nameOf, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { watchSelf } from '../watches.ts';

export const nodeRangePrefix = 24;

/** The first range of `prefix` length within `podCidr` that is not in `used`. */
export function freeRange(podCidr: string, prefix: number, used: ReadonlySet<string>): string | undefined {
  const whole = cidrParse(podCidr);
  assert(whole && whole.prefix <= prefix, `${podCidr} is a range that holds /${prefix} ranges`);
  const size = 2 ** (32 - prefix);
  for (let first = whole.first; first < whole.first + whole.size; first += size) {
    const text = cidrText({ first, size, prefix });
    if (!used.has(text)) return text;
  }
  return undefined;
}

export function nodeIpamController(context: ControllerContext, podCidr: string): Controller {
  const { caches, client, kinds } = context;
  const events = context.events('node-ipam-controller');
  return {
    name: 'node-ipam-controller',
    watches: [watchSelf(caches.nodes)],
    // One at a time: two nodes must not be given the same range.
    concurrency: 1,
    async reconcile(key) {
      const node = caches.nodes.get(nameOfKey(key));
      if (!node || node.spec?.podCIDR || node.metadata?.deletionTimestamp) return;
      const used = new Set(caches.nodes.list().flatMap((other) => other.spec?.podCIDR ?? []));
      const podCIDR = freeRange(podCidr, nodeRangePrefix, used);
      if (!podCIDR) {
        const message = `Node ${key} status is now: CIDRNotAvailable`;
        events.recordEvent(kinds.nodes, node, { type: 'Normal', reason: 'CIDRNotAvailable', message });
        throw new Error(`no range is left in ${podCidr}`);
      }
      const body = {
        metadata: { resourceVersion: node.metadata?.resourceVersion },
        spec: { podCIDR, podCIDRs: [podCIDR] },
      };
      await client.patch(kinds.nodes, nameOf(node), { type: 'merge', body });
    },
  };
}
