// A pod of one identity that keeps a book on a replicated volume: two of it at once, or a line that was synced and is gone, would show there.
import { writeProgramsImage } from './image.fixture.ts';

const LOCKER = 'locker:1';

export const writeLedgerImage = (archive: string): Promise<unknown> =>
  Promise.resolve(writeProgramsImage(archive, `docker.io/library/${LOCKER}`, ['/usr/bin/perl', '/bin/busybox']));

/** Takes a lock of fcntl(2) on the whole file (F_SETLKW, F_WRLCK), then adds number after number, each synced before the next (O_SYNC). */
const LEDGER_PROGRAM = `
sysopen(F, "/data/book", 0102|02000|04010000) or die "open: $!";
my $lock = pack("s s x4 q q i x4", 1, 0, 0, 0, 0); fcntl(F, 7, $lock) or die "lock: $!";
open(L, ">", "/locked"); print L 1; close L;
seek(F, 0, 0); my $n = 0; while (<F>) { $n = $_ if /^\\d+$/ }
while (1) { $n++; syswrite(F, "$n\\n") or die "write: $!"; select(undef, undef, undef, 0.1) }
`.replaceAll('\n', ' ');

/** A pod of one identity on a replicated volume: holds a lock of the file while it lives, and counts on from what is there. */
export const LEDGER = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ledger}
spec:
  replicas: 1
  serviceName: ledger
  selector: {matchLabels: {app: ledger}}
  template:
    metadata: {labels: {app: ledger}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: ledger
        image: ${LOCKER}
        command: [/usr/bin/perl, -e, '${LEDGER_PROGRAM}']
        readinessProbe: {exec: {command: [/bin/busybox, test, -s, /locked]}, periodSeconds: 1}
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], storageClassName: ase-replicated, resources: {requests: {storage: 1Mi}}}
`;
