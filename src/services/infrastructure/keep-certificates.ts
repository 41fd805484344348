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
import { markChanged } from './pki.ts';
import { type RenewalPass, renewalPass, stepLine } from './renewal.ts';
import { readRollovers } from './rollovers.ts';
import {
  SEALING,
  type SealingSurroundings,
  sealingIsUnderWay,
  sealingText,
  stepSealing,
  tickSealing,
} from './sealing/renew-sealing.ts';

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

export interface PairSurroundings {
  /** Every voter has the authorities of etcd that are here, and its member was started with them. */
  etcdIsEverywhere(): boolean;
  /** Of the keys that seal. */
  readonly sealing: SealingSurroundings;
}

export interface KeeperOptions {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of everything that was renewed, as it happens. */
  renewed(what: RenewedCertificate): void;
  /** What a pair knows of its other voters. */
  readonly pair?: PairSurroundings;
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
  const { site, folders, clock, log, pair } = of;
  const seen = new Map<string, { readonly name: string; readonly sinceMs: number }>();
  const seenForMs = (what: string, name: string): number => {
    const before = seen.get(what);
    if (before?.name === name) return clock.monotonicMs() - before.sinceMs;
    seen.set(what, { name, sinceMs: clock.monotonicMs() });
    return 0;
  };
  const isEverywhere = (line: Line): boolean => line !== 'etcd' || (pair?.etcdIsEverywhere() ?? true);
  return async (wanted) => {
    const now = clock.now();
    const done = await renewalPass({
      site,
      folders,
      now,
      wanted,
      // An authority of etcd signs only once every member trusts it: one that does not would be shut out of what brings it there.
      seenForMs: (line, name) => {
        if (isEverywhere(line)) return seenForMs(line, name);
        seen.delete(line);
        return 0;
      },
      neededUntilMs: (line) => neededUntilMs(line, folders, now),
      isHeld: async (line) => (line === 'service-accounts' && (await of.tokensHeld())) || !isEverywhere(line),
    });
    const sealing =
      pair && tickSealing({ folders, now, ...pair.sealing, seenForMs: (name) => seenForMs(SEALING, name) });
    if (sealing) markChanged(folders.pki);
    const told = [...reportOf(done), ...(sealing ? [{ name: SEALING, what: sealingText(sealing) }] : [])];
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
  const names = readNames(of.site, name);
  if (names.kind === 'leaves') {
    if (hurry || finish)
      throw new WorldError('Invalid', 'only an authority is replaced in steps', {
        cure: `name one of ${LINES.join(', ')}`,
      });
    return pass(new Set(names.leaves));
  }
  const first = names.kind === 'sealing' ? renewSealing(of, finish) : renewLine(of, names.line, { hurry, finish });
  for (const what of first) of.renewed(what);
  return [...first, ...(await pass())];
}

function renewLine(of: KeeperOptions, line: Line, { hurry, finish }: Omit<RenewWish, 'name'>): RenewedCertificate[] {
  const { site, folders, clock, pair } = of;
  if (finish && line === 'etcd' && pair && !pair.etcdIsEverywhere())
    throw new WorldError('Conflict', 'a voter does not show and trust the new one yet: it would be shut out for good', {
      attempted: 'drop an authority',
      subject: line,
      cure: 'bring both nodes and the witness up, and try again: holdfast status',
    });
  const event = finish ? { kind: 'finish' as const } : { kind: 'renew' as const, hurry };
  const to = stepLine({ site, folders, now: clock.now() }, line, event);
  return to ? [{ name: line, what: rolloverText(to) }] : [];
}

function renewSealing({ folders, clock, pair }: KeeperOptions, finish: boolean): RenewedCertificate[] {
  if (!pair) throw new WorldError('Unavailable', 'how the other node stands is not known', { subject: SEALING });
  if (finish)
    throw new WorldError('Invalid', 'a key that seals is dropped by itself, once nothing is sealed with it any more', {
      cure: 'see how far it is: holdfast certificates list',
    });
  const to = stepSealing({ folders, now: clock.now() }, { kind: 'renew' });
  if (to) markChanged(folders.pki);
  return to ? [{ name: SEALING, what: sealingText(to) }] : [];
}

export function keepCertificates(of: KeeperOptions): CertificateKeeper {
  const { site, folders, clock, log } = of;
  let timer: Timer | undefined;
  let closed = false;
  const inTurn = turns();
  const pass = passes(of);
  const isUnderWay = (): boolean => {
    if (sealingIsUnderWay(folders.pki)) return true;
    const generations = openGenerations({ folder: folders.pki, siteName: site.name, now: clock.now() });
    const rollovers = readRollovers(folders.pki, generations, clock.now());
    return LINES.some((line) => rollovers[line].phase === 'announced');
  };
  const again = (): void => {
    timer?.cancel();
    if (closed) return;
    const wait = isUnderWay() ? ROLLOVER_CHECK_MS : CERTIFICATE_CHECK_MS;
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
