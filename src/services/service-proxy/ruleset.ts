// The form of the rules for services: chains and the elements that lead to them, and the script from one form to the next.
// Only what changed is written, so that affinity (which lives in sets of the same table) and connections are left alone,
// and a thousand services cost nothing when one endpoint moves.

/** Chains by name with their rules; map and set elements by name; affinity sets by name with their timeout. */
export interface Ruleset {
  readonly chains: ReadonlyMap<string, readonly string[]>;
  readonly elements: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly affinitySets: ReadonlyMap<string, number>;
}

export const TABLE = 'holdfast-services';

/** The fixed part: maps, sets and the chains that hooks call. `podCidr` is all pods of the cluster. */
export function baseScript(podCidr: string): string {
  return `table ip ${TABLE}
delete table ip ${TABLE}
table ip ${TABLE} {
  map services { type ipv4_addr . inet_proto . inet_service : verdict; }
  map node-ports { type inet_proto . inet_service : verdict; }
  map host-ports { type inet_proto . inet_service : verdict; }
  set refused { type ipv4_addr . inet_proto . inet_service; }
  set refused-node-ports { type inet_proto . inet_service; }
  set outside-addresses { type ipv4_addr; }
  set hairpin { type ipv4_addr . ipv4_addr; }
  chain dispatch {
    ip daddr . meta l4proto . th dport vmap @services
    fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @node-ports
    fib daddr type local meta l4proto . th dport vmap @host-ports
  }
  chain mark-masquerade { meta mark set meta mark or 0x4000 return; }
  chain prerouting { type nat hook prerouting priority dstnat; policy accept; jump dispatch; }
  chain output { type nat hook output priority -100; policy accept; jump dispatch; }
  chain refuse-now {
    meta l4proto tcp reject with tcp reset
    reject with icmp type port-unreachable
  }
  chain refuse {
    ip daddr . meta l4proto . th dport @refused jump refuse-now
    fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport @refused-node-ports jump refuse-now
  }
  chain filter-prerouting {
    type filter hook prerouting priority -110; policy accept;
    ct state new jump refuse
  }
  chain filter-input {
    type filter hook input priority -110; policy accept;
    ip daddr @outside-addresses meta l4proto { tcp, udp } jump refuse-now
  }
  chain filter-output { type filter hook output priority -110; policy accept; ct state new jump refuse; }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    meta mark & 0x4000 == 0x4000 meta mark set meta mark xor 0x4000 masquerade fully-random
    ct status dnat ip saddr . ip daddr @hairpin masquerade fully-random
    ip saddr ${podCidr} ip daddr != ${podCidr} masquerade fully-random
  }
}
`;
}

const braces = (entries: Iterable<string>): string => `{ ${[...entries].join(', ')} }`;

function elementLines(
  name: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): { gone: string[]; come: string[] } {
  const gone = [...before].filter(([key, verdict]) => after.get(key) !== verdict).map(([key]) => key);
  const come = [...after]
    .filter(([key, verdict]) => before.get(key) !== verdict)
    .map(([key, verdict]) => (verdict ? `${key} : ${verdict}` : key));
  return {
    gone: gone.length ? [`delete element ip ${TABLE} ${name} ${braces(gone)}`] : [],
    come: come.length ? [`add element ip ${TABLE} ${name} ${braces(come)}`] : [],
  };
}

const same = (a: readonly string[], b: readonly string[] | undefined): boolean =>
  b !== undefined && a.length === b.length && a.every((rule, i) => rule === b[i]);

/** The script that turns `before` into `after`; empty when they are the same. */
export function scriptBetween(before: Ruleset, after: Ruleset): string {
  const names = new Set([...before.elements.keys(), ...after.elements.keys()]);
  const none: ReadonlyMap<string, string> = new Map();
  const moves = [...names].map((name) =>
    elementLines(name, before.elements.get(name) ?? none, after.elements.get(name) ?? none),
  );
  const changed = [...after.chains].filter(([name, rules]) => !same(rules, before.chains.get(name)));
  const removed = [...before.chains.keys()].filter((name) => !after.chains.has(name));
  const setsCome = [...after.affinitySets].filter(([name]) => !before.affinitySets.has(name));
  const setsGone = [...before.affinitySets.keys()].filter((name) => !after.affinitySets.has(name));
  return [
    // Whatever leads to a chain goes before the chain, and comes after it.
    ...moves.flatMap((move) => move.gone),
    ...setsCome.map(
      ([name, seconds]) =>
        `add set ip ${TABLE} ${name} { type ipv4_addr; flags dynamic,timeout; timeout ${seconds}s; }`,
    ),
    ...changed.flatMap(([name]) => [`add chain ip ${TABLE} ${name}`, `flush chain ip ${TABLE} ${name}`]),
    ...removed.map((name) => `flush chain ip ${TABLE} ${name}`),
    ...changed.flatMap(([name, rules]) => rules.map((rule) => `add rule ip ${TABLE} ${name} ${rule}`)),
    ...removed.map((name) => `delete chain ip ${TABLE} ${name}`),
    ...setsGone.map((name) => `delete set ip ${TABLE} ${name}`),
    ...moves.flatMap((move) => move.come),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

export const EMPTY_RULESET: Ruleset = { chains: new Map(), elements: new Map(), affinitySets: new Map() };
