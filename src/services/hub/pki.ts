// The hub's certificates on disk: a root, one authority each for its server, for sites and for people, and its server's leaf.
//
//   pki/root.crt|key                 the root; nothing is checked against it, it vouches for the others to whoever asks
//   pki/<authority>/ca.crt|ca.key    signed by the root
//   pki/<authority>/anchor.crt       the same key, signed by itself: what is trusted, and what tokens carry the hash of
//   pki/server.pem                   the server's key and leaf, with the anchor behind it so that a site with a token finds it
import { present } from '#base';
import { authorityEndMs, FOREVER_AGO_MS } from '#engine/certificates';
import type { HubFile } from '#model/hub';
import { IDENTITY_LIFE_MS } from '#model/link';
import { isPresent, readTextIfPresent, writeFileAtomic } from '#platform/disk';
import type { ServerTls } from '#platform/tls';
import {
  type Anchors,
  anchorsOf,
  certificateSha256,
  issueCertificate,
  newKeyPem,
  readCertificate,
} from '#platform/x509';

const AUTHORITIES = ['server', 'sites', 'users'] as const;
type Authority = (typeof AUTHORITIES)[number];

/** Organizations in certificates: which concern a leaf is of. */
export const SITES_ORGANIZATION = 'holdfast:sites';
export const USERS_ORGANIZATION = 'holdfast:hub-users';

export interface IssuedIdentity {
  readonly certPem: string;
  readonly endMs: number;
}

export interface HubPki {
  readonly server: ServerTls;
  /** What sites and people trust as this hub. */
  readonly serverAnchorPem: string;
  /** What a token carries. */
  readonly serverAnchorSha256: string;
  readonly sitesAnchorPem: string;
  /** What their certificates are judged by. */
  readonly sitesAnchors: Anchors;
  readonly usersAnchors: Anchors;
  /** A site's leaf with its authority behind it. The name stands in it too, so that a hub which forgot the site knows it. */
  issueSite(of: {
    readonly id: string;
    readonly name: string;
    readonly publicKeyPem: string;
    readonly nowMs: number;
  }): Promise<IssuedIdentity>;
  issueUser(of: { readonly user: string; readonly keyPem: string; readonly endMs: number }): Promise<IssuedIdentity>;
}

const read = (file: string): string => present(readTextIfPresent(file), `${file} is there once it was made`);

/** Makes what is missing, and the server's leaf anew when the hub has got other addresses. */
export async function openHubPki(of: {
  readonly folder: string;
  readonly hub: HubFile;
  readonly nowMs: number;
}): Promise<HubPki> {
  const { folder, hub, nowMs } = of;
  await ensureAuthorities(folder, hub, nowMs);
  await ensureServer(folder, hub);
  const issuerOf = (name: Authority) => ({
    certPem: read(`${folder}/${name}/anchor.crt`),
    keyPem: read(`${folder}/${name}/ca.key`),
  });
  const [sites, users] = [issuerOf('sites'), issuerOf('users')];
  const serverAnchorPem = read(`${folder}/server/anchor.crt`);
  return {
    server: { ...serverOf(read(`${folder}/server.pem`)), clientCaPem: sites.certPem + users.certPem },
    serverAnchorPem,
    serverAnchorSha256: certificateSha256(serverAnchorPem),
    sitesAnchorPem: sites.certPem,
    sitesAnchors: anchorsOf(sites.certPem),
    usersAnchors: anchorsOf(users.certPem),
    issueSite: async ({ id, name, publicKeyPem, nowMs: now }) => {
      const endMs = wholeSeconds(now + IDENTITY_LIFE_MS);
      const leaf = await issueCertificate({
        commonName: id,
        organizations: [SITES_ORGANIZATION],
        names: [name],
        use: 'client',
        // From the beginning of time: a hub whose clock was put back must still know its sites.
        notBeforeMs: FOREVER_AGO_MS,
        notAfterMs: endMs,
        keyPem: publicKeyPem,
        issuer: sites,
      });
      return { certPem: leaf + sites.certPem, endMs };
    },
    issueUser: async ({ user, keyPem, endMs }) => {
      const end = wholeSeconds(endMs);
      const certPem = await issueCertificate({
        commonName: user,
        organizations: [USERS_ORGANIZATION],
        use: 'client',
        notBeforeMs: FOREVER_AGO_MS,
        notAfterMs: end,
        keyPem,
        issuer: users,
      });
      return { certPem, endMs: end };
    },
  };
}

/** Certificates have no smaller unit. */
const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000;

async function ensureAuthorities(folder: string, hub: HubFile, nowMs: number): Promise<void> {
  const authority = { use: 'authority' as const, notBeforeMs: FOREVER_AGO_MS };
  // The certificate is written last: where it stands, the key does too.
  if (!isPresent(`${folder}/root.crt`)) {
    const keyPem = newKeyPem();
    const certPem = await issueCertificate({
      ...authority,
      notAfterMs: authorityEndMs(nowMs),
      commonName: `hub ${hub.id} root`,
      keyPem,
    });
    writeFileAtomic(`${folder}/root.key`, keyPem);
    writeFileAtomic(`${folder}/root.crt`, certPem);
  }
  const root = { certPem: read(`${folder}/root.crt`), keyPem: read(`${folder}/root.key`) };
  const { notAfterMs } = readCertificate(root.certPem);
  for (const name of AUTHORITIES) {
    const file = `${folder}/${name}`;
    if (isPresent(`${file}/anchor.crt`)) continue;
    const keyPem = newKeyPem();
    const request = { ...authority, notAfterMs, commonName: `hub ${hub.id} ${name}`, keyPem };
    const [byItself, byRoot] = await Promise.all([
      issueCertificate(request),
      issueCertificate({ ...request, issuer: root }),
    ]);
    writeFileAtomic(`${file}/ca.key`, keyPem);
    writeFileAtomic(`${file}/ca.crt`, byRoot);
    writeFileAtomic(`${file}/anchor.crt`, byItself);
  }
}

/** Key and certificates stand in one file, so that they are never of two makings. */
function serverOf(pem: string): { certPem: string; keyPem: string } {
  const start = pem.indexOf('-----BEGIN CERTIFICATE-----');
  return { keyPem: pem.slice(0, start), certPem: pem.slice(start) };
}

/** Kubectl reads the system's clock: the leaf begins in 1970 and ends with its authority. */
async function ensureServer(folder: string, hub: HubFile): Promise<void> {
  const anchorPem = read(`${folder}/server/anchor.crt`);
  const names = [...new Set([...hub.addresses, 'localhost', '127.0.0.1'])];
  const there = readTextIfPresent(`${folder}/server.pem`);
  if (there?.endsWith(anchorPem)) {
    const { dnsNames, addresses } = readCertificate(serverOf(there).certPem);
    if ([...dnsNames, ...addresses].sort().join() === [...names].sort().join()) return;
  }
  const keyPem = newKeyPem();
  const leaf = await issueCertificate({
    commonName: `hub ${hub.id}`,
    names,
    use: 'server',
    notBeforeMs: FOREVER_AGO_MS,
    notAfterMs: readCertificate(anchorPem).notAfterMs,
    keyPem,
    issuer: { certPem: anchorPem, keyPem: read(`${folder}/server/ca.key`) },
  });
  writeFileAtomic(`${folder}/server.pem`, keyPem + leaf + anchorPem);
}
