// The parts of a PEM text that holds a key and certificates: one file is whole or absent, two would have to match.

const blocks = (pem: string, label: string): string =>
  (pem.match(new RegExp(`-----BEGIN ${label}-----[\\s\\S]+?-----END ${label}-----\\n?`, 'g')) ?? []).join('');

export const certificatePem = (pem: string): string => blocks(pem, 'CERTIFICATE');
export const privateKeyPem = (pem: string): string => blocks(pem, 'PRIVATE KEY');
/** One text for each public key. */
export const publicKeysPem = (pem: string): string[] =>
  pem.match(/-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----\n?/g) ?? [];
