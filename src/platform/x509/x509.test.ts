// Certificates that OpenSSL and our own reader take for what they are.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { run, testFolder } from '#platform/process';
import { issueCertificate, newKeyPem } from './issue.ts';
import { readCertificate } from './read.ts';

const YEAR_MS = 365 * 86_400_000;
const end = Date.UTC(2046, 0, 1);

async function authority(commonName: string, issuer?: { certPem: string; keyPem: string }) {
  const keyPem = newKeyPem();
  const of = { commonName, use: 'authority' as const, notBeforeMs: 0, notAfterMs: end, keyPem };
  return { keyPem, anchor: await issueCertificate(of), certPem: await issueCertificate({ ...of, issuer }) };
}

test('a server certificate is valid below the root, and below its own authority alone', async () => {
  const root = await authority('root');
  const servers = await authority('servers', root);
  const leaf = await issueCertificate({
    commonName: 'kubernetes',
    names: ['kubernetes.default.svc', '10.50.0.10', '::1'],
    use: 'server',
    notBeforeMs: 0,
    notAfterMs: end,
    keyPem: newKeyPem(),
    issuer: servers,
  });
  const folder = testFolder('x509');
  try {
    const file = (name: string, text: string) => {
      fs.writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const verify = (...args: string[]) => run('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', ...args]);
    const leafFile = file('leaf', leaf);
    const byRoot = await verify(
      '-CAfile',
      file('root', root.anchor),
      '-untrusted',
      file('ca', servers.certPem),
      leafFile,
    );
    assert.equal(byRoot.code, 0, byRoot.stdout + byRoot.stderr);
    const byAnchor = await verify('-CAfile', file('anchor', servers.anchor), leafFile);
    assert.equal(byAnchor.code, 0, byAnchor.stdout + byAnchor.stderr);
    const asClient = await run('openssl', [
      'verify',
      '-purpose',
      'sslclient',
      '-CAfile',
      file('anchor', servers.anchor),
      leafFile,
    ]);
    assert.notEqual(asClient.code, 0);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('what was issued is read back', async () => {
  const ca = await authority('clients');
  const pem = await issueCertificate({
    commonName: 'system:node:a',
    organizations: ['system:nodes', 'x, y'],
    use: 'client',
    notBeforeMs: end - YEAR_MS,
    notAfterMs: end,
    keyPem: newKeyPem(),
    issuer: ca,
  });
  const facts = readCertificate(pem);
  assert.equal(facts.commonName, 'system:node:a');
  assert.deepEqual(facts.organizations, ['system:nodes', 'x, y']);
  assert.equal(facts.issuer, 'clients');
  assert.equal(facts.notBeforeMs, end - YEAR_MS);
  assert.equal(facts.notAfterMs, end);
  assert.ok(new X509Certificate(pem).verify(new X509Certificate(ca.certPem).publicKey));
  assert.equal(readCertificate(ca.anchor).publicKeySha256, readCertificate(ca.certPem).publicKeySha256);
});

test('what is no certificate is told', () => {
  assert.throws(() => readCertificate('nothing'), /not a PEM certificate/);
});
