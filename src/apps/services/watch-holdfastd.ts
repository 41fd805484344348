// holdfastd watches every process of the site for signs of life; `services` watches holdfastd. One that hangs is killed, and its
// guard starts it again.
import type { SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { lockHolder, processWaits, signalProcess } from '#platform/process';
import { type EventLog, type LivenessWatch, watchLiveness } from '#services/supervisor';
import { askLiveness } from '../liveness.ts';

export function watchHoldfastd(of: {
  folders: SiteFolders;
  clock: Clock;
  events: Pick<EventLog, 'add'>;
}): LivenessWatch {
  const { folders, clock, events } = of;
  let watch: LivenessWatch | undefined;
  const begin = (): void => {
    watch = watchLiveness({
      identity: () => lockHolder(folders.supervisorLock),
      clock,
      answers: async () => void (await askLiveness(folders, 'holdfastd')),
      waits: processWaits,
      hung: (identity, silentMs) => {
        const seconds = Math.round(silentMs / 1000);
        events.add({
          type: 'Warning',
          subject: 'holdfastd',
          reason: 'Hung',
          message: `process ${identity.pid} gave no sign of life for ${seconds} s, though it was let run: it is killed`,
        });
        signalProcess(identity, 'SIGKILL');
        begin();
      },
    });
  };
  begin();
  return { close: () => watch?.close() };
}
