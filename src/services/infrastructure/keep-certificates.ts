// Looks at the certificates every hour and has their holders take up what was renewed.
import type { Site, SiteFolders } from '#model/site';
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import { CERTIFICATE_CHECK_MS } from './limits.ts';
import { ensurePki } from './pki.ts';

export interface CertificateKeeper {
  close(): void;
}

/** `renewed` is told the holders (names of processes) of what was issued. */
export function keepCertificates(of: {
  site: Site;
  folders: SiteFolders;
  clock: Clock;
  log: Log;
  renewed(holders: readonly string[]): Promise<void>;
}): CertificateKeeper {
  const { clock, log } = of;
  let timer: Timer | undefined;
  let closed = false;
  const check = async (): Promise<void> => {
    const issued = await ensurePki({ site: of.site, folders: of.folders, now: clock.now() });
    for (const { spec, reason } of issued) log.info('certificate issued', { certificate: spec.name, reason });
    if (issued.length > 0) await of.renewed([...new Set(issued.map(({ spec }) => spec.holder))]);
  };
  const again = (): void => {
    timer = clock.after(
      CERTIFICATE_CHECK_MS,
      () => {
        check()
          .catch((error) => log.error('certificates cannot be renewed', { error }))
          .finally(() => {
            if (!closed) again();
          });
      },
      { background: true },
    );
  };
  again();
  return {
    close: () => {
      closed = true;
      timer?.cancel();
    },
  };
}
