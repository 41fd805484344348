// Reads what a certificate says, without the issuing library: cheap enough for every start and every status.
import { hash, X509Certificate } from 'node:crypto';
import { WorldError } from '#base';

export interface CertificateFacts {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly issuer: string;
  /** DNS names and IP addresses, as issued. */
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Upper-case hex. */
  readonly serialNumber: string;
  /** SHA-256 of the certificate, upper-case hex with colons. */
  readonly fingerprint: string;
  /** Hex SHA-256 of the public key (SubjectPublicKeyInfo); the same for all certificates of one key. Worked out when it is asked
   * for: it takes as long as everything else together. */
  readonly publicKeySha256: string;
}

const partsOf = (name: string, part: string): string[] =>
  name
    .split('\n')
    .filter((line) => line.startsWith(`${part}=`))
    .map((line) => line.slice(part.length + 1).replace(/\\(.)/g, '$1'));

/** What a parsed certificate says. */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  const alternative = certificate.subjectAltName?.split(', ') ?? [];
  const named = (prefix: string): string[] =>
    alternative.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return {
    commonName: partsOf(certificate.subject, 'CN')[0] ?? '',
    organizations: partsOf(certificate.subject, 'O'),
    issuer: partsOf(certificate.issuer, 'CN')[0] ?? '',
    dnsNames: named('DNS:'),
    addresses: named('IP Address:'),
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
    serialNumber: certificate.serialNumber,
    fingerprint: certificate.fingerprint256,
    get publicKeySha256() {
      return hash('sha256', certificate.publicKey.export({ type: 'spki', format: 'der' }), 'hex');
    },
  };
}

/** The first certificate of a PEM text, or the one of a DER. Errors: WorldError `Corrupt` when it is none. */
export function readCertificate(encoded: string | Uint8Array): CertificateFacts {
  try {
    return factsOf(new X509Certificate(encoded));
  } catch (cause) {
    throw new WorldError('Corrupt', 'the text is not a PEM certificate', { attempted: 'read a certificate', cause });
  }
}

/** SHA-256 over the DER of the first certificate of a PEM text, base64url: what a token pins an authority by. */
export function certificateSha256(pem: string): string {
  return hash('sha256', new X509Certificate(pem).raw, 'base64url');
}

/** A certificate as PEM. */
export const certificatePem = (der: Uint8Array): string => new X509Certificate(der).toString();
