// The member of etcd on this voter, restarted in its turn when whom it trusts was replaced.
import { ownNode, type Pair, type Site, type SiteFolders, votersOf } from '#model/site';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { etcdClientOptions, etcdMemberOptions, keepMember, type MemberKeeper } from '#services/etcd-member';
import type { PkiFollower } from '#services/infrastructure';
import type { Supervisor } from '#services/supervisor';

export function keepOwnMember(of: {
  readonly site: Site;
  readonly pair: Pair;
  readonly folders: SiteFolders;
  readonly supervisor: Supervisor;
  readonly certificates: PkiFollower;
  readonly clock: Clock;
  readonly log: Log;
}): MemberKeeper {
  const { site, pair, folders, supervisor, certificates, clock, log } = of;
  const self = ownNode(site);
  return keepMember({
    ...{ self, clock, log },
    voters: votersOf(pair).map(({ name }) => name),
    etcd: etcdClientOptions({ pair, self }, certificates.pki),
    memberOf: (voter) => etcdMemberOptions({ pair, self }, certificates.pki, voter),
    anchorFile: `${folders.pki}/etcd/anchor.crt`,
    recordFile: folders.etcdRecord,
    process: () => {
      const state = supervisor.states().find(({ name }) => name === 'etcd');
      return state?.pid === undefined ? undefined : `${state.pid} ${state.startedAtMs}`;
    },
    restart: () => supervisor.restart('etcd'),
  });
}
