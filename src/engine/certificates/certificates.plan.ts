// Decides which certificates must be issued now: those that are absent, name the wrong thing, come from another authority,
// or are due.
//
//   life    begins      ends             due
//   site    1970        with its CA      never by time: foreign programs read the system clock, so these must outlive any
//   short   now - 1 h   now + 90 days    after two thirds of its life, or when the clock stands before its beginning
//
// A clock far ahead makes a short certificate due, and one that comes back makes its successor due: both heal by renewal.
import { type Authority, FOREVER_AGO_MS } from './authorities.ts';

const HOUR_MS = 3_600_000;
const SHORT_LIFE_MS = 90 * 24 * HOUR_MS;
const SKEW_MS = HOUR_MS;

export interface CertificateSpec {
  /** File name without ending, unique in the site. */
  readonly name: string;
  readonly authority: Authority;
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** DNS names and addresses of a server. */
  readonly names: readonly string[];
  readonly use: 'server' | 'client' | 'server-and-client';
  readonly life: 'site' | 'short';
  /** The process that uses it; restarted or told when it is renewed. */
  readonly holder: string;
}

/** What an issued certificate says. */
export interface IssuedCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly names: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Whether the authority that stands now has signed it. */
  readonly byCurrentAuthority: boolean;
}

export interface IssueStep {
  readonly spec: CertificateSpec;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly reason:
    | 'asked for'
    | 'absent'
    | 'another authority'
    | 'other names'
    | 'renewal due'
    | 'clock before its beginning';
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && (a.every((one, i) => one === b[i]) || [...a].sort().join('\n') === [...b].sort().join('\n'));

/** When a certificate is renewed; undefined for one that lives as long as its authority. */
export function renewsAtMs(
  life: 'site' | 'short',
  of: Pick<IssuedCertificate, 'notBeforeMs' | 'notAfterMs'>,
): number | undefined {
  return life === 'site' ? undefined : Math.floor(of.notBeforeMs + ((of.notAfterMs - of.notBeforeMs) * 2) / 3);
}

function reasonToIssue(
  spec: CertificateSpec,
  has: IssuedCertificate | undefined,
  now: number,
): IssueStep['reason'] | undefined {
  if (!has) return 'absent';
  if (!has.byCurrentAuthority) return 'another authority';
  if (
    has.commonName !== spec.commonName ||
    !sameSet(has.organizations, spec.organizations) ||
    !sameSet(has.names, spec.names)
  )
    return 'other names';
  if (now < has.notBeforeMs) return 'clock before its beginning';
  const due = renewsAtMs(spec.life, has);
  return due !== undefined && now >= due ? 'renewal due' : undefined;
}

/** The steps that bring the certificates to what `specs` say. An applied plan leaves an empty one. */
export function planCertificates(of: {
  readonly specs: readonly CertificateSpec[];
  issued(name: string): IssuedCertificate | undefined;
  authorityEndMs(authority: Authority): number;
  readonly now: number;
  /** Names of those that are issued whatever they are. */
  readonly wanted?: ReadonlySet<string>;
}): IssueStep[] {
  return of.specs.flatMap((spec) => {
    const reason =
      reasonToIssue(spec, of.issued(spec.name), of.now) ?? (of.wanted?.has(spec.name) ? 'asked for' : undefined);
    if (!reason) return [];
    const end = of.authorityEndMs(spec.authority);
    const life =
      spec.life === 'site'
        ? { notBeforeMs: FOREVER_AGO_MS, notAfterMs: end }
        : {
            notBeforeMs: Math.max(FOREVER_AGO_MS, of.now - SKEW_MS),
            notAfterMs: Math.min(of.now + SHORT_LIFE_MS, end),
          };
    return [{ spec, reason, ...life }];
  });
}
