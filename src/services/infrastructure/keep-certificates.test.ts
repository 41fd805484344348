// Certificates while the clock jumps: what became due is issued at once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { siteFolders } from '#model/site';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { readCertificate } from '#platform/x509';
import { keepCertificates } from './keep-certificates.ts';
import { ensurePki, openPki } from './pki.ts';
import { SITE as site } from './site.fixture.ts';

const DAY_MS = 86_400_000;
const data = testFolder('keeper');
after(() => fs.rmSync(data, { recursive: true }));
const folders = siteFolders(data);

test('when the clock jumps, what became due is issued at once, and nothing else', async () => {
  const clock = fakeClock(Date.UTC(2026, 10, 21));
  await ensurePki({ site, folders, now: clock.now() });
  const renewed: string[] = [];
  const keeper = keepCertificates({
    site,
    folders,
    clock,
    log: memoryLog(),
    renewed: ({ name }) => renewed.push(name),
    tokensHeld: async () => false,
  });
  await keeper.check();
  assert.equal(renewed.length, 0);
  for (const days of [31, 730, -761]) {
    renewed.splice(0);
    clock.jump(days * DAY_MS);
    // One thing is done at a time: this look comes after the one that the jump began, and finds nothing to do.
    await keeper.check();
    assert.equal(renewed.includes('supervisor'), days !== 31, `${days} days: ${renewed}`);
    assert.equal(new Set(renewed).size, renewed.length, `${days} days: each once`);
    assert.ok(!renewed.includes('admin'), 'what lives as long as the site is left alone');
    const { notBeforeMs, notAfterMs } = readCertificate(openPki(folders.pki).leaf('supervisor').certPem);
    assert.ok(notBeforeMs <= clock.now() && clock.now() < notAfterMs, `${days} days`);
  }
  keeper.close();
});

test('nobody has to look: the jump does', async () => {
  const clock = fakeClock(Date.UTC(2030, 0, 1));
  let told = (): void => undefined;
  const issued = new Promise<void>((resolve) => {
    told = resolve;
  });
  const keeper = keepCertificates({
    site,
    folders,
    clock,
    log: memoryLog(),
    renewed: ({ name }) => name === 'supervisor' && told(),
    tokensHeld: async () => false,
  });
  await keeper.check();
  clock.jump(80 * DAY_MS);
  await issued;
  keeper.close();
});
