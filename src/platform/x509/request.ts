// Certificate requests (PKCS#10, RFC 2986): made by whoever holds a key, read by whoever signs. The signature of a request
// proves that its maker holds the key; its subject says nothing that a signer need believe.
import { createPrivateKey, createPublicKey, hash, type KeyObject, webcrypto } from 'node:crypto';
import { messageOf, WorldError } from '#base';

export interface RequestFacts {
  readonly publicKeyPem: string;
  /** Hex SHA-256 of the public key (SubjectPublicKeyInfo). */
  readonly publicKeySha256: string;
}

/** Longest request that is looked at: one with a P-256 key takes half a kilobyte. */
const REQUEST_CHARACTERS_MAX = 8 * 1024;
const P256 = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };

const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

/** A request over this key (PKCS#8 PEM, P-256), as PEM. */
export async function newCertificateRequest(of: {
  readonly commonName: string;
  readonly keyPem: string;
}): Promise<string> {
  const { x509 } = await import('./library.ts');
  const key = createPrivateKey(of.keyPem);
  const { subtle } = webcrypto;
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: new x509.Name([{ CN: [of.commonName] }]).toString(),
      keys: {
        privateKey: await subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), P256, false, [
          'sign',
        ]),
        publicKey: await subtle.importKey('spki', spkiOf(createPublicKey(key)), P256, true, ['verify']),
      },
      signingAlgorithm: SIGNATURE,
    } as never,
    webcrypto as never,
  );
  return `${request.toString('pem')}\n`;
}

function refused(problem: string, cause?: unknown): WorldError {
  return new WorldError('Invalid', `the certificate request ${problem}`, {
    attempted: 'read a certificate request',
    cause,
  });
}

/** What a request asks for. Errors: WorldError `Invalid` when it is none, is not signed by its own key, or has another kind of key than P-256. */
export async function readCertificateRequest(pem: string): Promise<RequestFacts> {
  if (pem.length > REQUEST_CHARACTERS_MAX) throw refused('is too long');
  const { x509 } = await import('./library.ts');
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw refused('has a key that is not ECDSA P-256');
    if (!(await request.verify(webcrypto as never))) throw refused('is not signed by the key that it names');
    return {
      publicKeyPem: key.export({ type: 'spki', format: 'pem' }).toString(),
      publicKeySha256: hash('sha256', spkiOf(key), 'hex'),
    };
  } catch (cause) {
    if (cause instanceof WorldError) throw cause;
    throw refused(`cannot be read: ${messageOf(cause)}`, cause);
  }
}
