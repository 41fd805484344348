// Certificates of a test's own: an authority for the clients of a node, a client, and a server.
import { issueCertificate, newKeyPem } from '../../src/platform/x509/index.ts';

export interface TestCertificates {
  readonly tls: { certPem: string; keyPem: string };
  readonly clientCaPem: string;
  readonly client: { certPem: string; keyPem: string };
}

const DAY_MS = 86_400_000;

export async function testCertificates(): Promise<TestCertificates> {
  const span = { notBeforeMs: Date.now() - DAY_MS, notAfterMs: Date.now() + DAY_MS };
  const caKeyPem = newKeyPem();
  const clientCaPem = await issueCertificate({
    ...span,
    commonName: 'node clients',
    use: 'authority',
    keyPem: caKeyPem,
  });
  const issuer = { certPem: clientCaPem, keyPem: caKeyPem };
  const leaf = async (use: 'server' | 'client'): Promise<{ certPem: string; keyPem: string }> => {
    const keyPem = newKeyPem();
    const names = use === 'server' ? ['127.0.0.1'] : undefined;
    return { keyPem, certPem: await issueCertificate({ ...span, commonName: use, use, names, keyPem, issuer }) };
  };
  return { tls: await leaf('server'), client: await leaf('client'), clientCaPem };
}
