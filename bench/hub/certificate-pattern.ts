// Makes certificates of sites by the hundred thousand: the hub's own code issues one, and every other is that one with another
// id, name, serial number and key in place of its own, signed anew by the same authority. A field has the same length in all.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { siteId, siteName } from './sites.ts';

export interface Pattern {
  /** The certificate that the hub issued, for site 0. */
  readonly certPem: string;
  readonly authorityKeyPem: string;
}

export interface Identity {
  readonly certPem: string;
  readonly keyPem: string;
  /** Hex SHA-256 of the public key. */
  readonly key: string;
}

/** ecdsa-with-SHA256, as AlgorithmIdentifier. Source: RFC 5758 section 3.2. */
const ECDSA_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
/** subjectKeyIdentifier with 20 bytes. Source: RFC 5280 section 4.2.1.2. */
const KEY_IDENTIFIER = Buffer.from('0603551d0e04160414', 'hex');
const KEY_IDENTIFIER_BYTES = 20;
const SERIAL_BYTES = 16;

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

function place(bytes: Buffer, what: Buffer): number {
  const at = bytes.indexOf(what);
  if (at < 0) throw new Error('the certificate that the hub issued is not as the pattern expects it');
  return at;
}

/** Answers what makes the identity of a site. */
export function identityMaker({ certPem, authorityKeyPem }: Pattern): (site: number) => Identity {
  const issued = new X509Certificate(certPem);
  // Certificate ::= SEQUENCE { tbs, algorithm, signature }: the first part begins behind a header of four bytes.
  const tbs = issued.raw.subarray(4, 8 + issued.raw.readUInt16BE(6));
  const authorityKey = createPrivateKey(authorityKeyPem);
  const spki = createPublicKey(certPem).export({ type: 'spki', format: 'der' });
  const at = {
    id: place(tbs, Buffer.from(siteId(0))),
    name: place(tbs, Buffer.from(siteName(0))),
    serial: place(tbs, Buffer.from(issued.serialNumber, 'hex')),
    key: place(tbs, spki),
    keyIdentifier: place(tbs, KEY_IDENTIFIER) + KEY_IDENTIFIER.length,
  };
  return (site) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ownKey = publicKey.export({ type: 'spki', format: 'der' });
    const mine = Buffer.from(tbs);
    mine.write(siteId(site), at.id);
    mine.write(siteName(site), at.name);
    const serial = randomBytes(SERIAL_BYTES);
    serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
    serial.copy(mine, at.serial);
    ownKey.copy(mine, at.key);
    createHash('sha1').update(ownKey).digest().copy(mine, at.keyIdentifier, 0, KEY_IDENTIFIER_BYTES);
    const signature = der(0x03, Buffer.from([0]), sign('sha256', mine, authorityKey));
    return {
      certPem: pem('CERTIFICATE', der(0x30, mine, ECDSA_SHA256, signature)),
      keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      key: createHash('sha256').update(ownKey).digest('hex'),
    };
  };
}
