// Cutting a node's power by the programs that do it, against controllers that speak Redfish and IPMI.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { type IpmiController, openPower, type RedfishController } from '#platform/power';
import { argumentsOf, runningIdentities, testFolder } from '#platform/process';
import { issueCertificate, newKeyPem } from '#platform/x509';
import { startIpmi } from './ipmi.fixture.ts';
import { type Redfish, startRedfish } from './redfish.fixture.ts';

const PASSWORD = 'pass "word" of the controller';
const folder = testFolder('power');
let redfish: Redfish;
const controller = (more: Partial<RedfishController> = {}): RedfishController => ({
  ...{ kind: 'redfish', address: '127.0.0.1', port: redfish.port, user: 'admin', password: PASSWORD },
  ...{ certificate: { file: redfish.certificate } },
  ...more,
});

beforeEach(async () => {
  redfish = await startRedfish({ folder, user: 'admin', password: PASSWORD });
});
afterEach(() => redfish.close());
after(() => fs.rmSync(folder, { recursive: true }));

test('the power is cut, and seen to be off', async () => {
  const power = openPower(controller());
  assert.equal(await power.state(), 'on');
  await power.cut();
  assert.equal(redfish.powerState, 'Off');
  assert.deepEqual(redfish.resets, ['ForceOff']);
  assert.equal(await power.state(), 'off');
  await power.cut();
  assert.deepEqual(redfish.resets, ['ForceOff'], 'what is off is not told again');
  await openPower(controller({ system: '/redfish/v1/Systems/1', certificate: 'unverified' })).cut();
});

test('the password stands in no arguments while the controller is asked', async () => {
  const seen: string[] = [];
  redfish.onRequest = () => seen.push(...runningIdentities().flatMap(({ pid }) => argumentsOf(pid)));
  await openPower(controller()).cut();
  assert.ok(seen.some((argument) => argument.endsWith('fence_redfish')));
  assert.ok(!seen.some((argument) => argument.includes(PASSWORD)));
});

test('ipmitool cuts the power too, and has the password from nowhere that others read', async () => {
  const ipmi = await startIpmi({ folder, user: 'admin', password: 'secret-of-ipmi' });
  const access: IpmiController = {
    ...{ kind: 'ipmi', address: '127.0.0.1', port: ipmi.port, cipher: 3 },
    ...{ user: 'admin', password: 'secret-of-ipmi' },
  };
  const power = openPower(access);
  try {
    // It listens a moment after it was started.
    const began = performance.now();
    let state: string | undefined;
    while (state === undefined && performance.now() - began < 60_000)
      state = await power.state().catch(() => undefined);
    assert.equal(state, 'on');
    await power.cut();
    assert.equal(ipmi.isOn(), false);
    assert.equal(await power.state(), 'off');
    assert.ok(ipmi.seenArguments().includes('ipmitool'));
    assert.ok(!ipmi.seenArguments().includes(access.password));
    await assert.rejects(openPower({ ...access, password: 'another' }).cut(), { code: 'Unavailable' });
  } finally {
    await ipmi.stop();
  }
});

test('what cannot be known is not said: a wrong password, an order that is not carried out, nobody there', async () => {
  await assert.rejects(openPower(controller({ password: 'another' })).cut(), (error: Error) => {
    assert.doesNotMatch(error.message, /another/);
    return (error as Error & { code: string }).code === 'Unavailable';
  });
  assert.deepEqual(redfish.resets, []);
  redfish.isStuck = true;
  await assert.rejects(openPower(controller(), { cutMs: 1000 }).cut(), { code: 'Unavailable' });
  assert.deepEqual(redfish.resets, ['ForceOff']);
  const nobody = openPower(controller({ port: 1 }));
  await assert.rejects(nobody.cut(), { code: 'Unavailable' });
  await assert.rejects(nobody.state(), { code: 'Unavailable' });
});

test('a password goes to nobody who shows another certificate', async () => {
  const keyPem = newKeyPem();
  const other = path.join(folder, 'other.pem');
  const life = { notBeforeMs: Date.now() - 1000, notAfterMs: Date.now() + 3_600_000 };
  const names = ['127.0.0.1'];
  fs.writeFileSync(other, await issueCertificate({ commonName: 'bmc', names, use: 'server', keyPem, ...life }));
  await assert.rejects(openPower(controller({ certificate: { file: other } })).cut(), { code: 'Unavailable' });
  assert.equal(redfish.heardPassword, false);
});
