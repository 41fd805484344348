// glusterd of a member, as a process to supervise. It starts the member's brick and self-heal daemon, which run on when it ends.
import { glusterdAnswers, glusterdArgv, glusterdSocket, prepareGluster } from '#platform/gluster';
import { STOP_GRACE_MS } from './limits.ts';
import { bricksCgroup, hostsOf, type VolumesMember } from './member.ts';

/** Writes what its programs find, and declares the process. */
export function glusterdProcess(of: VolumesMember) {
  const { groupRoot, folders, pair, self, path, cgroups, networkNamespace } = of;
  const cgroup = bricksCgroup(groupRoot);
  const socket = glusterdSocket(folders.gluster);
  cgroups.create(cgroup);
  prepareGluster(folders.gluster, hostsOf(pair, self));
  return {
    name: 'glusterd',
    node: self,
    argv: glusterdArgv(folders.gluster),
    env: { PATH: path },
    cgroup,
    ...(networkNamespace === undefined ? {} : { networkNamespace }),
    isReady: async () => {
      try {
        await glusterdAnswers(socket);
        return true;
      } catch {
        return false;
      }
    },
    answers: () => glusterdAnswers(socket),
    stopGraceMs: STOP_GRACE_MS,
  };
}
