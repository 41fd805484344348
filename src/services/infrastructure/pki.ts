// The site's certificates on disk: brings the authorities and leaves to what the engine says, and reads what is there.
//
//   pki/root/<n>.pem                     the root, by generation: key, and certificate
//   pki/<authority>/<n>.pem              an issuing authority, by generation: key, and certificate signed by itself
//   pki/<authority>/ca.crt               what servers send along with their leaf, up to the root
//   pki/<authority>/anchor.crt           what trust stores hold: every generation that is trusted
//   pki/root.crt                         every root that is trusted
//   pki/<name>.pem                       a leaf: key, certificate, chain; one file, so that both change at once
//   pki/service-accounts/<n>.pem         signs tokens, by generation
//   pki/service-accounts.pem             the key that signs now, and the public keys that are believed
//   pki/rollovers.json                   which generation signs, which are trusted
//   pki/sealing.json                     of a pair: the keys that seal, and how far their replacement is
//   pki/witness-key.json                 of a pair: seals what the nodes give to the witness
//   pki/users.json                       people: serial numbers and revocations
//   pki/admin.kubeconfig                 the administrator's way in
//   pki/changed                          written last whenever something changed; whoever follows looks again
import { present } from '#base';
import {
  type Authority,
  type CertificateSpec,
  FOREVER_AGO_MS,
  type IssuedCertificate,
  type IssueStep,
  planCertificates,
  siteCertificates,
} from '#engine/certificates';
import { kubeconfigText, type Site, type SiteFolders } from '#model/site';
import { isPresent, readTextIfPresent, writeFileAtomic } from '#platform/disk';
import { issueCertificate, newKeyPem, readCertificate } from '#platform/x509';
import { ensureAuthorities, writeUnlessSame } from './authorities.ts';
import { type Generation, openGenerations } from './generations.ts';
import { certificatePem, privateKeyPem, publicKeysPem } from './pem.ts';
import { readRollovers, writeRollovers } from './rollovers.ts';
import { ensureSealing } from './sealing/sealing-file.ts';

export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface Pki {
  /** A leaf with its chain, and its key. */
  leaf(name: string): KeyPair;
  /** What to trust for a concern; several certificates while one authority replaces another. */
  anchor(authority: Authority): string;
  /** The key that signs tokens, and those that are believed. */
  accountKeys(): { readonly privateKeyPem: string; readonly publicKeysPem: readonly string[] };
}

const read = (file: string): string =>
  present(readTextIfPresent(file), `${file} is there once the site's certificates were made`);

/** Reads the certificates that {@link ensurePki} has made, each time anew. */
export function openPki(folder: string): Pki {
  return {
    leaf: (name) => {
      const pem = read(`${folder}/${name}.pem`);
      return { certPem: certificatePem(pem), keyPem: privateKeyPem(pem) };
    },
    anchor: (authority) => read(`${folder}/${authority}/anchor.crt`),
    accountKeys: () => {
      const pem = read(`${folder}/service-accounts.pem`);
      return { privateKeyPem: privateKeyPem(pem), publicKeysPem: publicKeysPem(pem) };
    },
  };
}

export interface PkiWish {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly now: number;
  /** Leaves that are issued anew whatever they are. */
  readonly wanted?: ReadonlySet<string>;
}

/** Brings the certificates to what the site needs now; answers what was issued. Interrupted, it goes on where it was. */
export async function ensurePki(of: PkiWish): Promise<IssueStep[]> {
  const { site, folders, now } = of;
  const folder = folders.pki;
  const generations = openGenerations({ folder, siteName: site.name, now });
  const rollovers = readRollovers(folder, generations, now);
  if (!isPresent(`${folder}/rollovers.json`)) writeRollovers(folder, rollovers);
  const sealing = site.pair !== undefined && ensureSealing(folder, now);
  const changed = (await ensureAuthorities({ folder, generations, rollovers })) || sealing;
  const issuerOf = (authority: Authority): Generation => generations.read(authority, rollovers[authority].current);
  const specs = siteCertificates(site);
  const plan = planCertificates({
    specs,
    issued: issuedReader(folder, specs),
    authorityEndMs: (authority) => readCertificate(issuerOf(authority).anchorPem).notAfterMs,
    now,
    wanted: of.wanted,
  });
  await Promise.all(plan.map((step) => issueLeaf(folder, step, issuerOf(step.spec.authority))));
  const renamed = writeUnlessSame(folders.adminKubeconfig, adminKubeconfig(site, folder));
  if (changed || renamed || plan.length > 0) markChanged(folder);
  return plan;
}

/** Tells whoever follows the folder that it is worth a look. */
export function markChanged(folder: string): void {
  writeFileAtomic(`${folder}/changed`, crypto.randomUUID());
}

function issuedReader(
  folder: string,
  specs: readonly CertificateSpec[],
): (name: string) => IssuedCertificate | undefined {
  return (name) => {
    const pem = readTextIfPresent(`${folder}/${name}.pem`);
    const spec = specs.find((s) => s.name === name);
    if (pem === undefined || !spec) return undefined;
    const facts = readCertificate(certificatePem(pem));
    const chain = read(`${folder}/${spec.authority}/ca.crt`);
    return {
      commonName: facts.commonName,
      organizations: facts.organizations,
      names: [...facts.dnsNames, ...facts.addresses],
      notBeforeMs: facts.notBeforeMs,
      notAfterMs: facts.notAfterMs,
      byCurrentAuthority: pem.endsWith(chain),
    };
  };
}

async function issueLeaf(folder: string, step: IssueStep, issuer: Generation): Promise<void> {
  const { spec, notBeforeMs, notAfterMs } = step;
  const keyPem = newKeyPem();
  const signing = { certPem: issuer.anchorPem, keyPem: issuer.keyPem };
  const certPem = await issueCertificate({ ...spec, notBeforeMs, notAfterMs, keyPem, issuer: signing });
  writeFileAtomic(`${folder}/${spec.name}.pem`, `${keyPem}${certPem}${read(`${folder}/${spec.authority}/ca.crt`)}`);
}

function adminKubeconfig(site: Site, folder: string): string {
  const pki = openPki(folder);
  return kubeconfigText({
    server: `https://${site.network.apiAddress}:${site.ports.api}`,
    user: ADMIN_USER,
    caPem: pki.anchor('kubernetes-servers'),
    ...pki.leaf('admin'),
  });
}

const ADMIN_USER = 'kubernetes-admin';

/** A certificate for a person's kubeconfig, with a key that is kept nowhere. It begins in 1970, so that one that was made while the
 * time was ahead is good at once when that is put right; how long somebody may come is its end alone. */
export async function issuePersonCertificate(
  of: Omit<PkiWish, 'wanted'> & { readonly name: string; readonly notAfterMs: number },
): Promise<KeyPair> {
  const { site, folders, now, name, notAfterMs } = of;
  const generations = openGenerations({ folder: folders.pki, siteName: site.name, now });
  const { current } = readRollovers(folders.pki, generations, now)['kubernetes-clients'];
  const issuer = generations.read('kubernetes-clients', current);
  const keyPem = newKeyPem();
  const certPem = await issueCertificate({
    commonName: name,
    use: 'client',
    notBeforeMs: FOREVER_AGO_MS,
    notAfterMs: Math.min(notAfterMs, readCertificate(issuer.anchorPem).notAfterMs),
    keyPem,
    issuer: { certPem: issuer.anchorPem, keyPem: issuer.keyPem },
  });
  return { certPem, keyPem };
}
