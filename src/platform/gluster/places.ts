// Where the programs of GlusterFS find their files: in a mount namespace of their own, in which a node's folders stand at the paths
// that are compiled into them. Mounts of the host come and go in there as outside, and none leaves it, but for a client's volume.
import { makeFolder, readTextIfPresent, writeFileAtomic } from '#platform/disk';
import { BRICK_PORTS, GLUSTERD_PORT } from './limits.ts';

export interface GlusterPlaces {
  /** What glusterd knows: members, volumes. */
  readonly state: string;
  readonly logs: string;
  /** Sockets, numbers of processes; of no use after a reboot. */
  readonly run: string;
  /** The folder that holds a folder a brick. */
  readonly bricks: string;
}

/** Where bricks stand for the programs, on every member. */
export const BRICKS_INSIDE = '/run/bricks';

export const glusterdSocket = ({ run }: GlusterPlaces): string => `${run}/glusterd.socket`;

const NAMES = `mount --bind "$run/hosts" /etc/hosts
mount --bind "$run/nsswitch.conf" /etc/nsswitch.conf
`;

/** For glusterd with its bricks, and for its command line. */
const INSIDE = `set -e
run=$1 state=$2 logs=$3 bricks=$4
shift 4
${NAMES}mkdir -p /var/lib/glusterd /var/log/glusterfs
mount --bind "$state" /var/lib/glusterd
mount --bind "$logs" /var/log/glusterfs
mount --bind "$bricks" "$run/bricks"
mount --rbind "$run" /run
exec "$@"
`;

/** Makes the mount point one that shows in every namespace, whatever an earlier client left there, and goes inside. Read-only: what is
 * written while no client is there would stand on this machine alone. */
const CLIENT = `set -e
run=$1 point=$2
shift 2
while grep -q " $point fuse.glusterfs " /proc/mounts; do umount -l "$point"; done
mkdir -p -m 700 "$point"
grep -q " $point " /proc/mounts || mount --bind "$point" "$point"
mount -o remount,bind,ro "$point"
mount --make-shared "$point"
exec unshare --mount --propagation unchanged sh "$run/client-inside.sh" "$run" "$@"
`;

/** Names are this client's alone: what its mounts stand on sends nothing out any more. The volume's mount point still does. */
const CLIENT_INSIDE = `set -e
run=$1
shift
for file in /etc/hosts /etc/nsswitch.conf; do
  under=$(stat -c %m "$file")
  mount --make-slave "$under" || mount --make-private "$under"
done
${NAMES}exec "$@"
`;

/** As Debian's, but: the loss of a member is noticed in seconds, and bricks have ports of a range. */
const GLUSTERD_VOL = `volume management
    type mgmt/glusterd
    option working-directory /var/lib/glusterd
    option transport-type socket
    option transport.address-family inet
    option transport.socket.keepalive-time 3
    option transport.socket.keepalive-interval 1
    option transport.socket.keepalive-count 3
    option transport.tcp-user-timeout 6
    option transport.socket.read-fail-log off
    option transport.socket.listen-port ${GLUSTERD_PORT}
    option ping-timeout 0
    option event-threads 1
    option base-port ${BRICK_PORTS.first}
    option max-port ${BRICK_PORTS.last}
end-volume
`;

/** Writes what the programs find; `hosts` says at which address each member is reached from here. */
export function prepareGluster(places: GlusterPlaces, hosts: ReadonlyMap<string, string>): void {
  const { state, logs, run, bricks } = places;
  for (const folder of [state, logs, run, bricks, `${run}/bricks`]) makeFolder(folder);
  const lines = [...hosts].map(([name, address]) => `${address} ${name}\n`).join('');
  const files = {
    hosts: `127.0.0.1 localhost\n${lines}`,
    // Nobody else is asked: a question to a name server that is away stalls every handshake by seconds.
    'nsswitch.conf': 'hosts: files\n',
    'inside.sh': INSIDE,
    'client.sh': CLIENT,
    'client-inside.sh': CLIENT_INSIDE,
    'glusterd.vol': GLUSTERD_VOL,
  };
  for (const [name, text] of Object.entries(files))
    if (readTextIfPresent(`${run}/${name}`) !== text) writeFileAtomic(`${run}/${name}`, text);
}

/** The command line of a program that shall find the node's files. */
export const insideArgv = ({ state, logs, run, bricks }: GlusterPlaces, argv: readonly string[]): string[] => [
  ...['unshare', '--mount', '--propagation', 'slave', 'sh', `${run}/inside.sh`, run, state, logs, bricks],
  ...argv,
];

/** glusterd in the foreground. Bricks and the self-heal daemon are its children, and outlive it. */
export const glusterdArgv = (places: GlusterPlaces): string[] =>
  insideArgv(places, [
    ...['glusterd', '--no-daemon', '--log-level=WARNING', '--log-file=-'],
    ...['--volfile=/run/glusterd.vol', '--pid-file=/run/glusterd.pid'],
  ]);

/** A volume's client in the foreground; the volume shows at `point` in the caller's mount namespace too. */
export function volumeClientArgv(
  places: Pick<GlusterPlaces, 'run'>,
  of: { volume: string; point: string; servers: readonly string[] },
): string[] {
  const { run } = places;
  return [
    ...['sh', `${run}/client.sh`, run, of.point],
    ...['glusterfs', '--no-daemon', '--log-level=WARNING', '--log-file=-', `--volfile-id=${of.volume}`],
    ...of.servers.map((server) => `--volfile-server=${server}`),
    of.point,
  ];
}
