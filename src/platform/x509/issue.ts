// Issues X.509 certificates with ECDSA P-256 keys (RFC 5280). The issuing library is loaded only when something is issued.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  webcrypto,
} from 'node:crypto';
import { isIP } from 'node:net';

export interface IssueRequest {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** DNS names and IP addresses of a server. */
  readonly names?: readonly string[];
  readonly use: 'authority' | 'server' | 'client' | 'server-and-client';
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** The subject's key: private (PKCS#8 PEM), or only the public half (PEM) where another signs. */
  readonly keyPem: string;
  /** Who signs; absent: the subject itself. */
  readonly issuer?: { readonly certPem: string; readonly keyPem: string };
}

/** A new P-256 private key as PKCS#8 PEM. */
export function newKeyPem(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

/** The public half of a private key, as SubjectPublicKeyInfo PEM. */
export function publicKeyPem(keyPem: string): string {
  return createPublicKey(keyPem).export({ type: 'spki', format: 'pem' }).toString();
}

/** Hex SHA-256 of a public key (PEM), as the facts of a certificate tell it. */
export function publicKeySha256Of(pem: string): string {
  return hash('sha256', createPublicKey(pem).export({ type: 'spki', format: 'der' }), 'hex');
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256' };

const webKey = async (key: KeyObject, use: 'sign' | 'verify'): Promise<webcrypto.CryptoKey> =>
  use === 'sign'
    ? webcrypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), P256, false, ['sign'])
    : webcrypto.subtle.importKey('spki', key.export({ type: 'spki', format: 'der' }), P256, true, ['verify']);

/** The certificate as PEM. Keys must be P-256. */
export async function issueCertificate(request: IssueRequest): Promise<string> {
  const { x509 } = await import('./library.ts');
  const publicKey = await webKey(createPublicKey(request.keyPem), 'verify');
  const signingKey = await webKey(createPrivateKey(request.issuer?.keyPem ?? request.keyPem), 'sign');
  const subject = new x509.Name([
    ...(request.organizations ?? []).map((name) => ({ O: [name] })),
    { CN: [request.commonName] },
  ]).toString();
  const issuer = request.issuer ? new x509.X509Certificate(request.issuer.certPem) : undefined;
  const issuerKey = issuer ? await issuer.publicKey.export(webcrypto as never) : publicKey;
  const { KeyUsageFlags } = x509;
  const authority = request.use === 'authority';
  const extended = [
    ...(request.use.startsWith('server') ? [x509.ExtendedKeyUsage.serverAuth] : []),
    ...(request.use.endsWith('client') ? [x509.ExtendedKeyUsage.clientAuth] : []),
  ];
  const extensions = [
    new x509.BasicConstraintsExtension(authority, undefined, true),
    new x509.KeyUsagesExtension(
      authority ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : KeyUsageFlags.digitalSignature,
      true,
    ),
    await x509.SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto as never),
    await x509.AuthorityKeyIdentifierExtension.create(issuerKey, false, webcrypto as never),
    ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
    ...(request.names?.length
      ? [
          new x509.SubjectAlternativeNameExtension(
            request.names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
          ),
        ]
      : []),
  ];
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive, and never shortened (RFC 5280 4.1.2.2)
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serial.toString('hex'),
      subject,
      issuer: issuer ? issuer.subject : subject,
      notBefore: new Date(request.notBeforeMs),
      notAfter: new Date(request.notAfterMs),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      publicKey,
      signingKey,
      extensions,
    },
    webcrypto as never,
  );
  return `${certificate.toString('pem')}\n`;
}
