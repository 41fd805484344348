// Every certificate of a site with its end, its next renewal and its holder, as `certificates list` shows them.
import {
  AUTHORITIES,
  authorityRenewsAtMs,
  type Line,
  renewsAtMs,
  siteCertificates,
  trustedGenerations,
} from '#engine/certificates';
import type { ListedCertificate, Site, SiteFolders } from '#model/site';
import { rfc3339 } from '#platform/clock';
import { readTextIfPresent } from '#platform/disk';
import { readCertificate } from '#platform/x509';
import { openGenerations } from './generations.ts';
import { certificatePem } from './pem.ts';
import { readRollovers } from './rollovers.ts';
import { listSealing } from './sealing/list-sealing.ts';
import type { UsersFile } from './users/users-file.ts';

type Listing = Omit<ListedCertificate, 'issuer' | 'notBefore' | 'notAfter' | 'fingerprint' | 'renewsAt'>;

function listed(
  of: Listing,
  pem: string,
  renewsAt: (life: { notBeforeMs: number; notAfterMs: number }) => number | undefined,
): ListedCertificate {
  const facts = readCertificate(pem);
  const renewsAtMsOrNever = renewsAt(facts);
  return {
    ...of,
    issuer: facts.issuer,
    notBefore: rfc3339(facts.notBeforeMs),
    notAfter: rfc3339(facts.notAfterMs),
    renewsAt: renewsAtMsOrNever === undefined ? null : rfc3339(renewsAtMsOrNever),
    fingerprint: facts.fingerprint,
  };
}

export function listCertificates(of: {
  site: Site;
  folders: SiteFolders;
  now: number;
  users: UsersFile;
}): ListedCertificate[] {
  const { site, folders, now } = of;
  const generations = openGenerations({ folder: folders.pki, siteName: site.name, now });
  const rollovers = readRollovers(folders.pki, generations, now);
  const authorities = (['root', ...AUTHORITIES] satisfies Line[]).flatMap((line) => {
    const { current } = rollovers[line];
    return trustedGenerations(rollovers[line]).map((number) => {
      const name = number === current ? line : `${line}/${number}`;
      const { anchorPem } = generations.read(line, number);
      return listed({ name, holder: 'site' }, anchorPem, ({ notAfterMs }) =>
        number === current ? authorityRenewsAtMs(notAfterMs) : undefined,
      );
    });
  });
  const leaves = siteCertificates(site).flatMap((spec) => {
    const pem = readTextIfPresent(`${folders.pki}/${spec.name}.pem`);
    if (pem === undefined) return [];
    return [
      listed({ name: spec.name, holder: spec.holder }, certificatePem(pem), (life) => renewsAtMs(spec.life, life)),
    ];
  });
  const people = of.users.users.flatMap(({ name, certificates }) =>
    certificates
      .filter((certificate) => Date.parse(certificate.notAfter) >= now)
      .map(
        ({ notBefore, notAfter, fingerprint, issuer }): ListedCertificate => ({
          name: `user/${name}`,
          holder: name,
          issuer,
          notBefore,
          notAfter,
          renewsAt: null,
          fingerprint,
        }),
      ),
  );
  return [...authorities, ...listSealing({ pki: folders.pki, siteName: site.name }), ...leaves, ...people];
}
