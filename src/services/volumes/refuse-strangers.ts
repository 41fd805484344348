// Keeps everybody but the members of the pair from glusterd and bricks, which trust whoever reaches them: pods do, by the switch.
import { type Pair, type Site, volumesTable, votersOf } from '#model/site';
import { BRICK_PORTS, GLUSTERD_PORT } from '#platform/gluster';
import type { Nft } from '#platform/nft';

/** Every address at which a member may be seen. */
export const memberAddresses = (pair: Pair): string[] =>
  votersOf(pair).flatMap(({ access, storage }) => [access, ...(storage === undefined ? [] : [storage])]);

/** The rules, in whatever network namespace `nft` works; again is fine. */
export async function refuseStrangers(of: { nft: Nft; site: Pick<Site, 'id'>; pair: Pair }): Promise<void> {
  const table = volumesTable(of.site);
  const ports = `{ ${GLUSTERD_PORT}, ${BRICK_PORTS.first}-${BRICK_PORTS.last} }`;
  await of.nft.apply(`table ip ${table}
delete table ip ${table}
table ip ${table} {
  chain input {
    type filter hook input priority filter; policy accept;
    iifname "lo" accept
    tcp dport ${ports} ip saddr != { ${memberAddresses(of.pair).join(', ')} } counter drop
  }
}
`);
}
