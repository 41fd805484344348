// Requests that OpenSSL makes and reads, and those that must be refused; certificates judged at a time of our own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { run, testFolder } from '#platform/process';
import { type IssueRequest, issueCertificate, newKeyPem, publicKeyPem } from './issue.ts';
import { anchorsOf } from './judge.ts';
import { readCertificate } from './read.ts';
import { newCertificateRequest, readCertificateRequest } from './request.ts';
import { verifyCertificate } from './verify.ts';

const folder = testFolder('x509-request');
after(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);
const DAY_MS = 86_400_000;
const end = Date.UTC(2040, 0, 1);

test('a request is read back, and OpenSSL takes it for what it is', async () => {
  const keyPem = newKeyPem();
  const pem = await newCertificateRequest({ commonName: 'a, "b"', keyPem });
  const facts = await readCertificateRequest(pem);
  assert.equal(facts.publicKeyPem, publicKeyPem(keyPem));
  fs.writeFileSync(at('own.csr'), pem);
  const judged = await run('openssl', ['req', '-in', at('own.csr'), '-verify', '-noout']);
  assert.equal(judged.code, 0, judged.stderr);
  const leaf = await issueCertificate({
    commonName: 'site',
    use: 'client',
    notBeforeMs: 0,
    notAfterMs: end,
    keyPem: facts.publicKeyPem,
    issuer: await authority('sites'),
  });
  assert.equal(readCertificate(leaf).publicKeySha256, facts.publicKeySha256);
});

test('a request of OpenSSL is read; another curve, a changed byte and no request are refused', async () => {
  const make = async (name: string, ...kind: string[]): Promise<string> => {
    const args = [
      'req',
      '-new',
      '-nodes',
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.csr`),
      '-subj',
      '/CN=x',
      ...kind,
    ];
    const made = await run('openssl', args);
    assert.equal(made.code, 0, made.stderr);
    return fs.readFileSync(at(`${name}.csr`), 'utf8');
  };
  const good = await make('p256', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1');
  assert.match((await readCertificateRequest(good)).publicKeySha256, /^[0-9a-f]{64}$/);
  const other = await make('p384', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1');
  await assert.rejects(readCertificateRequest(other), /not ECDSA P-256/);
  const rsa = await make('rsa', '-newkey', 'rsa:2048');
  await assert.rejects(readCertificateRequest(rsa), /not ECDSA P-256/);
  const der = Buffer.from(good.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const subject = der.indexOf(Buffer.from('x'), 0);
  der[subject] = 'y'.charCodeAt(0);
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  await assert.rejects(readCertificateRequest(forged), /not signed by the key/);
  await assert.rejects(readCertificateRequest('nothing'), /cannot be read/);
  await assert.rejects(readCertificateRequest('x'.repeat(10_000)), /too long/);
});

async function authority(commonName: string, life: Partial<IssueRequest> = {}) {
  const keyPem = newKeyPem();
  const of = { commonName, use: 'authority' as const, notBeforeMs: 0, notAfterMs: end, keyPem, ...life };
  return { keyPem, certPem: await issueCertificate(of) };
}

test('a certificate is judged by chain, use, name and the time that is given', async () => {
  const root = await authority('root');
  const middle = await authority('middle', { issuer: root });
  const stranger = await authority('root');
  const leafOf = (issuer: { certPem: string; keyPem: string }, more: Partial<IssueRequest>) =>
    issueCertificate({
      commonName: 'leaf',
      use: 'server',
      names: ['hub.example', '127.0.0.1'],
      notBeforeMs: DAY_MS,
      notAfterMs: 10 * DAY_MS,
      keyPem: newKeyPem(),
      issuer,
      ...more,
    });
  const leaf = await leafOf(middle, {});
  const judge = (chain: string, more: Partial<Parameters<typeof verifyCertificate>[0]> = {}) => {
    const answer = verifyCertificate({ chain, anchors: root.certPem, use: 'server', nowMs: 2 * DAY_MS, ...more });
    return answer.kind === 'refused' ? answer.problem : answer.kind;
  };
  const unsigned = 'the certificate is signed by no authority that is trusted here';
  const chain = leaf + middle.certPem;
  assert.equal(judge(chain), 'valid');
  assert.equal(judge(chain, { name: 'hub.example' }), 'valid');
  assert.equal(judge(chain, { name: '127.0.0.1' }), 'valid');
  assert.equal(judge(chain, { name: 'other.example' }), 'the certificate does not name other.example');
  assert.equal(judge(chain, { use: 'client' }), 'the certificate is not made for a client');
  assert.equal(judge(chain, { nowMs: 10 * DAY_MS }), 'valid', 'its last moment');
  assert.equal(judge(chain, { nowMs: 10 * DAY_MS + 1 }), 'expired');
  assert.equal(judge(chain, { nowMs: 0 }), 'the certificate is not valid yet');
  assert.equal(judge(leaf), unsigned, 'the authority between is missing');
  assert.equal(judge(chain, { anchors: stranger.certPem }), unsigned);
  assert.equal(judge(chain, { anchors: middle.certPem }), 'valid', 'an issuing authority may be the anchor');
  for (const anchors of [root.certPem, stranger.certPem])
    assert.equal(judge(chain, { anchors: anchorsOf(anchors) }), judge(chain, { anchors }), 'read before, or now');
  assert.equal(judge(middle.certPem), 'the certificate is that of an authority');
  assert.equal(judge(chain, { nowMs: end + 1 }), 'an authority above the certificate has expired');
  const below = { certPem: leaf, keyPem: newKeyPem() };
  assert.equal(judge((await leafOf(below, {})) + chain), unsigned, 'a leaf signs nothing');
  assert.equal(judge('nothing'), 'no certificate was shown');
});
