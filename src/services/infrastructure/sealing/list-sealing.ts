// The keys that seal, as `certificates list` shows them beside certificates. A key does not end: it is replaced before it has sealed too much.
import { sealingEndMs, sealingRenewsAtMs } from '#engine/certificates';
import type { ListedCertificate } from '#model/site';
import { rfc3339 } from '#platform/clock';
import { sha256Of } from '#platform/digest';
import { SEALING } from './renew-sealing.ts';
import { readSealing, sealingFile } from './sealing-file.ts';

export function listSealing(of: { pki: string; siteName: string }): ListedCertificate[] {
  const kept = readSealing(sealingFile(of.pki));
  if (!kept) return [];
  return kept.keys.map(({ id, secret, madeAt }) => {
    const madeAtMs = Date.parse(madeAt);
    const seals = id === kept.state.current;
    return {
      name: seals ? SEALING : `${SEALING}/${id}`,
      holder: 'site',
      issuer: `${of.siteName} ${SEALING} ${id}`,
      notBefore: madeAt,
      notAfter: rfc3339(sealingEndMs(madeAtMs)),
      renewsAt: seals ? rfc3339(sealingRenewsAtMs(madeAtMs)) : null,
      fingerprint: fingerprintOf(secret),
    };
  });
}

/** In the form of certificates' fingerprints. */
const fingerprintOf = (secret: string): string =>
  (sha256Of(secret).slice('sha256:'.length).toUpperCase().match(/../g) ?? []).join(':');
