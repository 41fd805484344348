// The client of the replicated volume on a node, as a process to supervise. While it runs, volumes show at one folder in every mount
// namespace. When it ends, whatever is open on them fails for good; the next one mounts anew.
import { WorldError } from '#base';
import { type SiteFolders, votersOf } from '#model/site';
import { connectedBricks, pendingEntries, prepareGluster, volumeClientArgv } from '#platform/gluster';
import { CLIENT_ANSWER_MS_MAX, STOP_GRACE_MS } from './limits.ts';
import { hostsOf, type VolumesMember, volumesCgroup } from './member.ts';
import { VOLUME_NAME } from './volume-options.ts';

/** Which of so many bricks the client at the site's mount point reaches; undefined while none answers. */
export const volumeView = (
  folders: SiteFolders,
  bricks: number,
  timeoutMs?: number,
): ReturnType<typeof connectedBricks> =>
  connectedBricks({
    point: folders.replicatedVolumes,
    volume: VOLUME_NAME,
    bricks,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });

/** Entries that the brick on this node knows others to lack. */
export const brickPending = (folders: SiteFolders): number =>
  pendingEntries(`${folders.gluster.bricks}/${VOLUME_NAME}`);

/** Writes what the client finds, and declares the process. It is started once the volume is; until then it dies and is tried again. */
export function volumeClientProcess(of: VolumesMember & { readonly bricks: number }) {
  const { groupRoot, folders, pair, self, path, cgroups, networkNamespace, bricks } = of;
  const cgroup = volumesCgroup(groupRoot);
  const point = folders.replicatedVolumes;
  cgroups.create(cgroup);
  prepareGluster(folders.gluster, hostsOf(pair, self));
  return {
    name: 'volumes',
    node: self,
    argv: volumeClientArgv(folders.gluster, {
      volume: VOLUME_NAME,
      point,
      servers: [self, ...votersOf(pair).map(({ name }) => name)].filter((name, at, all) => all.indexOf(name) === at),
    }),
    env: { PATH: path },
    cgroup,
    ...(networkNamespace === undefined ? {} : { networkNamespace }),
    isReady: async () => (await volumeView(folders, bricks)) !== undefined,
    answers: async () => {
      // Who waits longer than this is killed before; what answers that it is no volume is on its way to the end.
      if (!(await volumeView(folders, bricks, CLIENT_ANSWER_MS_MAX)))
        throw new WorldError('Unavailable', `no volume shows at ${point}`, { attempted: 'ask', subject: point });
    },
    stopGraceMs: STOP_GRACE_MS,
  };
}
