// The certificates of a site on disk.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { siteCertificates } from '#engine/certificates';
import { siteFolders } from '#model/site';
import { run, testFolder } from '#platform/process';
import { readCertificate } from '#platform/x509';
import { ensurePki, openPki } from './pki.ts';
import { SITE as site } from './site.fixture.ts';

const data = testFolder('pki');
after(() => fs.rmSync(data, { recursive: true }));
const folders = siteFolders(data);
const now = Date.UTC(2026, 10, 21);
test('everything is made once, for the owner only, and stays', async () => {
  assert.ok((await ensurePki({ site, folders, now })).length > 5);
  const before = fs.readFileSync(folders.adminKubeconfig, 'utf8');
  assert.deepEqual(await ensurePki({ site, folders, now }), []);
  assert.equal(fs.readFileSync(folders.adminKubeconfig, 'utf8'), before);
  for (const name of fs.readdirSync(folders.pki, { recursive: true, encoding: 'utf8' })) {
    const stat = fs.statSync(path.join(folders.pki, name));
    assert.equal(stat.mode & 0o077, 0, name);
  }
});

test('what other programs check is good for openssl at 1970, today and 2099', async () => {
  const specs = siteCertificates(site).filter(({ life }) => life === 'site');
  assert.ok(specs.length > 0);
  for (const { name, authority, use } of specs)
    for (const atMs of [86_400_000, now, Date.UTC(2099, 11, 31)]) {
      const purpose = use === 'client' ? 'sslclient' : 'sslserver';
      const how = ['-partial_chain', '-purpose', purpose, '-attime', String(atMs / 1000)];
      const trusted = ['-CAfile', `${folders.pki}/${authority}/anchor.crt`];
      const { code, stderr } = await run('openssl', ['verify', ...how, ...trusted, `${folders.pki}/${name}.pem`]);
      assert.equal(code, 0, `${name} at ${new Date(atMs).toISOString()}: ${stderr}`);
    }
});

test('an address that changes is put into the certificates that name it, and into no other', async () => {
  const authority = openPki(folders.pki).anchor('kubernetes-servers');
  const issued = await ensurePki({ site: { ...site, outsideAddress: '192.0.2.7' }, folders, now });
  assert.deepEqual(issued.map(({ spec }) => spec.name).sort(), ['apiserver', 'doors']);
  assert.ok(readCertificate(openPki(folders.pki).leaf('apiserver').certPem).addresses.includes('192.0.2.7'));
  assert.equal(openPki(folders.pki).anchor('kubernetes-servers'), authority);
});

test('a making that was interrupted goes on', async () => {
  fs.rmSync(`${folders.pki}/admin.pem`);
  fs.rmSync(`${folders.pki}/etcd/ca.crt`);
  fs.rmSync(`${folders.pki}/service-accounts.pem`);
  const issued = await ensurePki({ site: { ...site, outsideAddress: '192.0.2.7' }, folders, now });
  assert.deepEqual(
    issued.map(({ spec }) => spec.name),
    ['admin'],
  );
  assert.match(openPki(folders.pki).accountKeys().publicKeysPem[0] ?? '', /PUBLIC KEY/);
});
