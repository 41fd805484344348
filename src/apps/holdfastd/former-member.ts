// The member of etcd that a site of one node has from its time as one of two: it runs, alone and for this node alone, until the store has moved
// out of it into the site's own database, and is removed then.
import { masterOf, ownNode } from '#model/site';
import { isPresent, removeTree } from '#platform/disk';
import { PROGRAM_PATH } from '#platform/process';
import { etcdMemberOptions, etcdProcess } from '#services/etcd-member';
import { followPki } from '#services/infrastructure';
import { ensureControlLink } from '#services/machines';
import type { StartingSite } from './start-site.ts';

const LOOK_MS = 250;

/** Resolves when it was started, or when there is none. */
export async function runFormerMember(of: StartingSite): Promise<void> {
  const { site, folders, supervisor, declaring, clock, log } = of;
  removeTree(folders.storeIsHome);
  if (!site.alone || !isPresent(folders.etcd)) return;
  const member = { pair: site.alone.formerly, self: ownNode(site) };
  const certificates = followPki({ folder: folders.pki, clock, log });
  await ensureControlLink(site, masterOf(site));
  const cgroup = declaring.systemCgroup;
  supervisor.run(
    etcdProcess({
      ...{ ...member, folders, path: PROGRAM_PATH, isAlone: true },
      ownClient: () => etcdMemberOptions(member, certificates.pki, member.self),
      ...(cgroup !== undefined && { cgroup }),
    }),
  );
  const end = async (): Promise<void> => {
    await supervisor.stop('etcd');
    certificates.close();
    removeTree(folders.etcd);
    log.info('the store has left etcd, which was removed');
  };
  const look = (): void => {
    if (isPresent(folders.storeIsHome)) void end();
    else clock.after(LOOK_MS, look, { background: true });
  };
  look();
}
