// The guard: a shell of about a megabyte that starts holdfastd again when it was killed, and does nothing else.
// holdfastd runs it like any other process; it in turn waits for holdfastd to end, without looking again and again:
//
//   started by holdfastd   its standard input ends when that holdfastd does
//   later                  holdfastd is its child
//
// One that ends to be started again, and says so, is no death.
//
// So each brings the other back, and neither is needed by what they keep. An orderly end of holdfastd ends the guard first.
import { GUARD_NAME, type SiteFolders } from '#model/site';
import { readTextIfPresent, writeFileAtomic } from '#platform/disk';
import { identityOf, PROGRAM_PATH } from '#platform/process';
import type { ProcessDeclaration, ProcessRecords } from '#services/supervisor';
import type { Declaring } from './processes.ts';

/** A holdfastd that ran this long has recovered: its next death counts as the first. */
const STABLE_AFTER_MS = 60_000;
/** Deaths in a row from which on a condition says that it keeps dying. */
const UNSTABLE_DEATHS = 3;

/** Arguments: the data folder, then the command. Counts deaths in a row, and all of them, for who asks how holdfastd is.
 * Between two deaths in a row it waits 0, 1, 2, 4, ... 30 seconds. */
const SCRIPT = `# Starts holdfastd again when it was killed.
data=$1
shift
deaths=$data/run/holdfastd.deaths
restart=$data/run/holdfastd.restart
row=0 total=0 pause=0
[ -r "$deaths" ] && read -r row total < "$deaths"
now() { read -r now rest < /proc/uptime; now=\${now%.*}; }
site_is_there() { [ -f "$data/site.json" ] && [ -d "$data/run" ]; }
say() { echo "{\\"time\\":\\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\",\\"level\\":\\"warn\\",\\"component\\":\\"guard\\",\\"message\\":\\"$*\\"}"; }

now
began=$now
read -r rest
while site_is_there; do
  now
  [ $((now - began)) -ge ${STABLE_AFTER_MS / 1000} ] && row=0
  row=$((row + 1)) total=$((total + 1))
  orderly=
  [ -e "$restart" ] && orderly=1 && row=$((row - 1)) total=$((total - 1)) && rm -f "$restart"
  case $row in [01]) pause=0 ;; 2) pause=1 ;; *) pause=$((pause < 15 ? pause * 2 : 30)) ;; esac
  echo "$row $total" > "$deaths"
  say "holdfastd ended\${orderly:+ in order}, $row times in a row; it is started again in $pause s"
  [ $pause = 0 ] || sleep $pause
  site_is_there || exit 0
  now
  began=$now
  HOLDFAST_GUARD=$$ HOLDFAST_RESTARTED=$orderly "$@" < /dev/null >> "$data/logs/holdfastd.log" 2>&1 && exit 0
done
`;

/** The process to supervise, which brings the app back that runs it; its script is written where it is run from. */
export function guardProcess(of: Declaring, node: string, app = 'holdfastd'): ProcessDeclaration {
  const { program, folders } = of;
  if (readTextIfPresent(folders.guardScript) !== SCRIPT) writeFileAtomic(folders.guardScript, SCRIPT);
  const command = [program.node, ...program.nodeOptions, program.bundle(app), '--data', folders.data];
  return {
    name: GUARD_NAME,
    node,
    argv: ['/bin/sh', folders.guardScript, folders.data, ...command],
    env: { PATH: PROGRAM_PATH, HOME: '/root', LANG: 'C.UTF-8', ...program.env },
    cgroup: of.systemCgroup,
    lifeline: true,
    isReady: async () => true,
  };
}

/** Puts the guard that started this holdfastd on record, so that it is kept, whatever the record said.
 * `startedBy` is what the guard said of itself. False when no guard did. */
export function recordGuard(of: {
  readonly records: ProcessRecords;
  readonly startedBy: string | undefined;
  readonly parent: number;
  readonly now: number;
}): boolean {
  const { records, startedBy, parent, now } = of;
  if (startedBy === undefined) return false;
  const identity = startedBy === String(parent) ? identityOf(parent) : undefined;
  const known = records.get(GUARD_NAME);
  if (identity && known?.identity.startTicks !== identity.startTicks)
    records.set(GUARD_NAME, { identity, startedAtMs: now, restarts: known?.restarts ?? 0 });
  return true;
}

export interface OwnDeaths {
  readonly inARow: number;
  readonly inAll: number;
}

/** How often holdfastd died since the site was brought up, as its guard counts. */
export function ownDeaths(folders: SiteFolders): OwnDeaths {
  const [inARow = 0, inAll = 0] = (readTextIfPresent(folders.supervisorDeaths) ?? '').split(' ').map(Number);
  return { inARow: inARow || 0, inAll: inAll || 0 };
}

/** What is to be told when it keeps dying; undefined when it does not, or has recovered. */
export const dyingText = (deaths: OwnDeaths, ranMs: number): string | undefined =>
  deaths.inARow >= UNSTABLE_DEATHS && ranMs < STABLE_AFTER_MS
    ? `ended ${deaths.inARow} times in a row; see its log`
    : undefined;
