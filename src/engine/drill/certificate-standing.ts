// How a certificate stands by the site's time, and how it will at its end: whether a successor is there before.
//
//   certificate                    its successor comes
//   leaf of short life, authority  at `renewsAt`
//   leaf of the site's life        with its authority's, which ends when it does
//   an authority before this one   has come; it goes when nothing needs it
//   a person's                     when the operator makes one: the lifetime is his choice
import type { ListedCertificate } from '#model/site';
import type { Finding } from './report.ts';

const DAY_MS = 86_400_000;
const day = (date: string): string => date.slice(0, 'YYYY-MM-DD'.length);

const isPerson = ({ name }: ListedCertificate): boolean => name.startsWith('user/');
/** `<authority>/<generation>`. */
const isFormerAuthority = ({ name, holder }: ListedCertificate): boolean => holder === 'site' && name.includes('/');

export function certificateStanding(
  of: ListedCertificate,
  among: { readonly all: readonly ListedCertificate[]; readonly now: number },
): Finding {
  const { name, notBefore, notAfter } = of;
  if (!(Date.parse(notBefore) <= among.now))
    return { holds: false, what: `${name} is not valid before ${day(notBefore)}` };
  if (!(among.now <= Date.parse(notAfter))) return { holds: false, what: `${name} has ended on ${day(notAfter)}` };
  if (isPerson(of)) return { holds: true, what: `${name} ends on ${day(notAfter)}, as was chosen` };
  if (isFormerAuthority(of)) return { holds: true, what: `${name} has a successor` };
  const { renewsAt } = of.renewsAt === null ? (authorityOf(of, among.all) ?? of) : of;
  if (renewsAt === null) return { holds: false, what: `${name} ends on ${day(notAfter)}, and nothing renews it` };
  const aheadMs = Date.parse(notAfter) - Date.parse(renewsAt);
  if (!(aheadMs > 0)) return { holds: false, what: `${name} ends on ${day(notAfter)}, before it is renewed` };
  return { holds: true, what: `${name} is renewed ${Math.round(aheadMs / DAY_MS)} days before it ends` };
}

/** The authority that a leaf of the site's life ends with. */
const authorityOf = (leaf: ListedCertificate, all: readonly ListedCertificate[]): ListedCertificate | undefined =>
  all.find(({ holder, renewsAt, notAfter }) => holder === 'site' && renewsAt !== null && notAfter === leaf.notAfter);
