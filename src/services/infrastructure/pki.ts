// The site's certificates on disk: makes the authorities once, issues what the engine says, and reads what is there.
//
//   pki/root.crt|key                     the root
//   pki/<authority>/ca.crt|ca.key        an issuing authority, signed by the root (servers send it along)
//   pki/<authority>/anchor.crt           the same key, signed by itself (what trust stores hold)
//   pki/<name>.crt|key                   a leaf with its chain, and its key
//   pki/service-accounts.key|pub         signs and checks service-account tokens
//   pki/admin.kubeconfig                 the administrator's way in
import { present } from '#base';
import {
  AUTHORITIES,
  type Authority,
  authorityEndMs,
  type CertificateSpec,
  FOREVER_AGO_MS,
  type IssuedCertificate,
  type IssueStep,
  planCertificates,
  siteCertificates,
} from '#engine/certificates';
import { kubeconfigText, type Site, type SiteFolders } from '#model/site';
import { isPresent, readTextIfPresent, writeFileAtomic } from '#platform/disk';
import { issueCertificate, newKeyPem, publicKeyPem, readCertificate } from '#platform/x509';

export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface Pki {
  /** A leaf with its chain, and its key. */
  leaf(name: string): KeyPair;
  /** What to trust for a concern. */
  anchor(authority: Authority): string;
  readonly rootPem: string;
  readonly serviceAccounts: { readonly privateKeyPem: string; readonly publicKeyPem: string };
}

const read = (file: string): string =>
  present(readTextIfPresent(file), `${file} is there once the site's certificates were made`);

/** Reads the certificates that {@link ensurePki} has made. */
export function openPki(folder: string): Pki {
  return {
    leaf: (name) => ({ certPem: read(`${folder}/${name}.crt`), keyPem: read(`${folder}/${name}.key`) }),
    anchor: (authority) => read(`${folder}/${authority}/anchor.crt`),
    rootPem: read(`${folder}/root.crt`),
    serviceAccounts: {
      privateKeyPem: read(`${folder}/service-accounts.key`),
      publicKeyPem: read(`${folder}/service-accounts.pub`),
    },
  };
}

/** Brings the certificates to what the site needs now; answers what was issued. Interrupted, it goes on where it was. */
export async function ensurePki(of: { site: Site; folders: SiteFolders; now: number }): Promise<IssueStep[]> {
  const { site, folders, now } = of;
  await ensureAuthorities(folders.pki, site, now);
  ensureServiceAccountKey(folders.pki);
  const plan = planCertificates({
    specs: siteCertificates(site),
    issued: issuedReader(folders.pki, siteCertificates(site)),
    authorityEndMs: (authority) => readCertificate(read(`${folders.pki}/${authority}/ca.crt`)).notAfterMs,
    now,
  });
  await Promise.all(plan.map((step) => issueLeaf(folders.pki, step)));
  writeAdminKubeconfig(site, folders);
  return plan;
}

async function ensureAuthorities(folder: string, site: Site, now: number): Promise<void> {
  const authority = { use: 'authority' as const, notBeforeMs: FOREVER_AGO_MS, notAfterMs: authorityEndMs(now) };
  // The certificate is written last: where it stands, the key does too.
  if (!isPresent(`${folder}/root.crt`)) {
    const keyPem = newKeyPem();
    const certPem = await issueCertificate({ ...authority, commonName: `${site.name} root`, keyPem });
    writeFileAtomic(`${folder}/root.key`, keyPem);
    writeFileAtomic(`${folder}/root.crt`, certPem);
  }
  const root = { certPem: read(`${folder}/root.crt`), keyPem: read(`${folder}/root.key`) };
  const { notAfterMs } = readCertificate(root.certPem);
  await Promise.all(
    AUTHORITIES.map(async (name) => {
      const file = `${folder}/${name}`;
      if (isPresent(`${file}/ca.crt`)) return;
      const keyPem = newKeyPem();
      const request = { ...authority, notAfterMs, commonName: `${site.name} ${name}`, keyPem };
      const [byItself, byRoot] = await Promise.all([
        issueCertificate(request),
        issueCertificate({ ...request, issuer: root }),
      ]);
      writeFileAtomic(`${file}/ca.key`, keyPem);
      writeFileAtomic(`${file}/anchor.crt`, byItself);
      writeFileAtomic(`${file}/ca.crt`, byRoot);
    }),
  );
}

function ensureServiceAccountKey(folder: string): void {
  if (isPresent(`${folder}/service-accounts.pub`)) return;
  const keyPem = newKeyPem();
  writeFileAtomic(`${folder}/service-accounts.key`, keyPem);
  writeFileAtomic(`${folder}/service-accounts.pub`, publicKeyPem(keyPem));
}

function issuedReader(
  folder: string,
  specs: readonly CertificateSpec[],
): (name: string) => IssuedCertificate | undefined {
  return (name) => {
    const pem = readTextIfPresent(`${folder}/${name}.crt`);
    const spec = specs.find((s) => s.name === name);
    if (pem === undefined || !spec) return undefined;
    const facts = readCertificate(pem);
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

async function issueLeaf(folder: string, step: IssueStep): Promise<void> {
  const { spec } = step;
  const authority = `${folder}/${spec.authority}`;
  const issuer = { certPem: read(`${authority}/ca.crt`), keyPem: read(`${authority}/ca.key`) };
  const keyPem = newKeyPem();
  const certPem = await issueCertificate({
    ...spec,
    notBeforeMs: step.notBeforeMs,
    notAfterMs: step.notAfterMs,
    keyPem,
    issuer,
  });
  writeFileAtomic(`${folder}/${spec.name}.key`, keyPem);
  writeFileAtomic(`${folder}/${spec.name}.crt`, `${certPem}${issuer.certPem}`);
}

function writeAdminKubeconfig(site: Site, folders: SiteFolders): void {
  const pki = openPki(folders.pki);
  const text = kubeconfigText({
    server: `https://${site.network.apiAddress}:${site.ports.api}`,
    user: 'kubernetes-admin',
    caPem: pki.anchor('kubernetes-servers'),
    ...pki.leaf('admin'),
  });
  if (readTextIfPresent(folders.adminKubeconfig) !== text) writeFileAtomic(folders.adminKubeconfig, text);
}
