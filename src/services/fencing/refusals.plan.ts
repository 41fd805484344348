// Decides the rules by which a voter refuses fenced nodes, as one nftables script that replaces whatever stood before. They stand at
// ingress of the devices that lead outside, before bridges and connection tracking: a connection that was open ends there too.
// Source: nft(8), "NETDEV ADDRESS FAMILY".
import { assert, cidrParse, ipv4Number, WorldError } from '#base';

/** Where a node stands. Every entry here and in `floating` is an address, a range "A-B", or a range "A/n". */
export interface RefusableNode {
  /** The node's own addresses, on whatever network. It is let speak by these at the door. */
  readonly addresses: readonly string[];
  /** Addresses of machines that stand on this node alone. */
  readonly machines: readonly string[];
}

export interface RefusalFacts {
  /** Name of the table, of family netdev. */
  readonly table: string;
  /** Links to the outside, which exist: a port of the switch too. */
  readonly devices: readonly string[];
  /** The TCP port at which nodes ask each other whether they are out. */
  readonly doorPort: number;
  /** The TCP ports of etcd. */
  readonly votePorts: readonly number[];
  readonly nodes: Readonly<Record<string, RefusableNode>>;
  /** Addresses that the site has wherever it runs them: virtual ones, those of machines that fail over, of pods. While a node is
   * refused, nobody outside has a right to them. A witness has none here: it meets them where they are right. */
  readonly floating: readonly string[];
}

function elements(entries: readonly string[]): string {
  const sorted = [...new Set(entries)].sort();
  for (const entry of sorted) {
    const isRange = entry.split('-').every((end) => ipv4Number(end) !== undefined) && entry.split('-').length <= 2;
    assert(isRange || cidrParse(entry), `${entry} is an address or a range`);
  }
  return sorted.join(', ');
}

const set = (name: string, entries: readonly string[]): string[] =>
  entries.length === 0
    ? []
    : [
        `  set ${name} {`,
        '    type ipv4_addr; flags interval; auto-merge;',
        `    elements = { ${elements(entries)} }`,
        '  }',
      ];

export interface RefusalExceptions {
  /** Votes go on: for whoever has lost the record of whom it refuses, and has to learn it from them. */
  readonly votes?: boolean;
}

/** The script; with nobody refused it leaves no table. Errors: WorldError `NotFound` for a node without a place. */
export function refusalRules(
  facts: RefusalFacts,
  refused: readonly string[],
  { votes = false }: RefusalExceptions = {},
): string {
  const { table, devices, doorPort, votePorts, floating } = facts;
  const nodes = [...new Set(refused)].sort().map((name) => {
    const node = facts.nodes[name];
    if (node) return node;
    throw new WorldError('NotFound', `there is no node ${name} to refuse`, {
      attempted: 'refuse a node',
      subject: name,
    });
  });
  const gone = [`table netdev ${table}`, `delete table netdev ${table}`];
  if (nodes.length === 0) return `${gone.join('\n')}\n`;
  assert(devices.length > 0, 'there is a device to refuse a node at');
  const own = nodes.flatMap(({ addresses }) => addresses);
  const others = [...nodes.flatMap(({ machines }) => machines), ...floating];
  const ports = [doorPort, ...(votes ? votePorts : [])].join(', ');
  const rules = [
    // Its own addresses stay known to neighbours: without that nobody could ask it anything. All others it may not claim.
    ...(others.length === 0 ? [] : ['arp saddr ip @others counter drop']),
    `ip saddr @own tcp dport { ${ports} } accept`,
    // Answers of its door, and nothing that it begins by itself from that port.
    `ip saddr @own tcp sport { ${ports} } tcp flags & (syn | ack) != syn accept`,
    'ip saddr @own counter drop',
    ...(others.length === 0 ? [] : ['ip saddr @others counter drop']),
  ];
  return [
    ...gone,
    `table netdev ${table} {`,
    ...set('own', own),
    ...set('others', others),
    '  chain ingress {',
    `    type filter hook ingress devices = { ${devices.join(', ')} } priority -500; policy accept;`,
    ...rules.map((rule) => `    ${rule}`),
    '  }',
    '}',
    '',
  ].join('\n');
}
