// Keeps the certificates renewed: looks every hour, at once when the clock jumps or somebody asks, and more often while an authority is replaced.
// One thing is done at a time. Processes of ours take up what changed by themselves (see follow-pki.ts).
import { WorldError } from '#base';
import { LINES, type Line, type Rollover } from '#engine/certificates';
import type { RenewedCertificate, Site, SiteFolders } from '#model/site';
import { type Clock, onJump, rfc3339, type Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import { openGenerations } from './generations.ts';
import { CERTIFICATE_CHECK_MS, ROLLOVER_CHECK_MS } from './limits.ts';
import { readNames } from './names.ts';
import { neededUntilMs } from './needed-until.ts';
import { type RenewalPass, renewalPass, stepLine } from './renewal.ts';
import { readRollovers } from './rollovers.ts';

export interface RenewWish {
  /** A leaf or an authority; without it every leaf. */
  readonly name?: string;
  /** Replace an authority without waiting longer than our own processes need. */
  readonly hurry: boolean;
  /** Drop the authority before the current one now. */
  readonly finish: boolean;
}

export interface CertificateKeeper {
  /** Looks now; for whoever notices that the clock has jumped. */
  check(): Promise<void>;
  /** Errors: WorldError `NotFound`, `Conflict`. */
  renew(wish: RenewWish): Promise<readonly RenewedCertificate[]>;
  close(): void;
}

export interface KeeperOptions {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of everything that was renewed, as it happens. */
  renewed(what: RenewedCertificate): void;
  /** Whether a token without an end was signed by an earlier key of service accounts; true when that cannot be known now. */
  tokensHeld(): Promise<boolean>;
}

/** One thing after the other, whatever becomes of each. */
function turns(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = last.then(act, act);
    last = mine.catch(() => undefined);
    return mine;
  };
}

type Renew = (wanted?: ReadonlySet<string>) => Promise<readonly RenewedCertificate[]>;

/** Passes over the certificates, which remember since when they have seen each line as it is. */
function passes(of: KeeperOptions): Renew {
  const { site, folders, clock, log } = of;
  const seen = new Map<Line, { readonly name: string; readonly sinceMs: number }>();
  return async (wanted) => {
    const now = clock.now();
    const done = await renewalPass({
      site,
      folders,
      now,
      wanted,
      seenForMs: (line, name) => {
        const before = seen.get(line);
        if (before?.name === name) return clock.monotonicMs() - before.sinceMs;
        seen.set(line, { name, sinceMs: clock.monotonicMs() });
        return 0;
      },
      neededUntilMs: (line) => neededUntilMs(line, folders, now),
      isHeld: async (line) => line === 'service-accounts' && (await of.tokensHeld()),
    });
    const told = reportOf(done);
    for (const what of told) {
      log.info('certificate renewed', { certificate: what.name, what: what.what });
      of.renewed(what);
    }
    return told;
  };
}

async function renewNamed(
  of: KeeperOptions,
  pass: Renew,
  { name, hurry, finish }: RenewWish,
): Promise<readonly RenewedCertificate[]> {
  const { site, folders, clock } = of;
  const names = readNames(site, name);
  if (names.kind === 'leaves') {
    if (hurry || finish)
      throw new WorldError('Invalid', 'only an authority is replaced in steps', {
        cure: `name one of ${LINES.join(', ')}`,
      });
    return pass(new Set(names.leaves));
  }
  const event = finish ? { kind: 'finish' as const } : { kind: 'renew' as const, hurry };
  const to = stepLine({ site, folders, now: clock.now() }, names.line, event);
  const first = to ? [{ name: names.line, what: rolloverText(to) }] : [];
  for (const what of first) of.renewed(what);
  return [...first, ...(await pass())];
}

export function keepCertificates(of: KeeperOptions): CertificateKeeper {
  const { site, folders, clock, log } = of;
  let timer: Timer | undefined;
  let closed = false;
  const inTurn = turns();
  const pass = passes(of);
  const isAnnounced = (): boolean => {
    const generations = openGenerations({ folder: folders.pki, siteName: site.name, now: clock.now() });
    const rollovers = readRollovers(folders.pki, generations, clock.now());
    return LINES.some((line) => rollovers[line].phase === 'announced');
  };
  const again = (): void => {
    timer?.cancel();
    if (closed) return;
    const wait = isAnnounced() ? ROLLOVER_CHECK_MS : CERTIFICATE_CHECK_MS;
    timer = clock.after(wait, () => void check(), { background: true });
  };
  const check = (): Promise<void> =>
    inTurn(() => pass())
      .catch((error) => log.error('certificates cannot be renewed', { error }))
      .then(again);
  // What was interrupted goes on at once.
  void check();
  const jumps = onJump(clock, () => void check());
  return {
    check,
    renew: (wish) => inTurn(() => renewNamed(of, pass, wish)).finally(again),
    close: () => {
      closed = true;
      jumps.close();
      timer?.cancel();
    },
  };
}

function reportOf({ issued, moved }: RenewalPass): RenewedCertificate[] {
  return [
    ...moved.map(({ line, to }) => ({ name: line, what: rolloverText(to) })),
    ...issued.map(({ spec, reason, notAfterMs }) => ({
      name: spec.name,
      what: `issued (${reason}), valid until ${rfc3339(notAfterMs)}`,
    })),
  ];
}

function rolloverText(to: Rollover): string {
  switch (to.phase) {
    case 'steady':
      return `generation ${to.current} alone is trusted; what came before it is dropped`;
    case 'announced':
      return `generation ${to.next} is made and trusted; it signs when everybody has had time to learn of it`;
    case 'moving':
      return `generation ${to.current} signs; what generation ${to.previous} signed is issued again`;
    case 'retiring':
      return `generation ${to.previous} signs nothing any more; it is trusted at least until ${rfc3339(to.untilMs)}`;
  }
}
