// What is issued when, walked over time and over changes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorityEndMs, authorityIsDue } from './authorities.ts';
import { type CertificateSpec, type IssuedCertificate, planCertificates } from './certificates.plan.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 10, 21);
const short: CertificateSpec = {
  name: 'node',
  authority: 'kubernetes-clients',
  commonName: 'system:node:a',
  organizations: ['system:nodes'],
  names: [],
  use: 'client',
  life: 'short',
  holder: 'a',
};
const lasting: CertificateSpec = {
  ...short,
  name: 'apiserver',
  authority: 'kubernetes-servers',
  names: ['a', '10.0.0.1'],
  use: 'server',
  life: 'site',
};

function site() {
  const issued = new Map<string, IssuedCertificate>();
  const end = authorityEndMs(START);
  return {
    issued,
    end,
    run(now: number, specs = [short, lasting]) {
      const plan = planCertificates({ specs, issued: (name) => issued.get(name), authorityEndMs: () => end, now });
      for (const { spec, notBeforeMs, notAfterMs } of plan)
        issued.set(spec.name, { ...spec, notBeforeMs, notAfterMs, byCurrentAuthority: true });
      return plan.map((step) => `${step.spec.name}: ${step.reason}`);
    },
  };
}

test('a new site issues everything once', () => {
  const { run, issued, end } = site();
  assert.deepEqual(run(START), ['node: absent', 'apiserver: absent']);
  assert.deepEqual(run(START), []);
  assert.equal(issued.get('apiserver')?.notBeforeMs, 0);
  assert.equal(issued.get('apiserver')?.notAfterMs, end);
});

test('a short certificate is renewed after two thirds of its life, day by day over five years, never expiring', () => {
  const { run, issued } = site();
  let renewals = 0;
  for (let day = 0; day < 5 * 365; day++) {
    const now = START + day * DAY_MS;
    const node = issued.get('node');
    if (node) assert.ok(now < node.notAfterMs && now >= node.notBeforeMs);
    renewals += run(now).filter((step) => step === 'node: renewal due').length;
  }
  assert.equal(renewals, Math.floor((5 * 365 - 1) / 60));
});

test('a clock that goes back or far ahead heals by renewal', () => {
  const { run } = site();
  run(START);
  assert.deepEqual(run(0), ['node: clock before its beginning']);
  assert.deepEqual(run(START + 3 * 365 * DAY_MS), ['node: renewal due']);
  assert.deepEqual(run(START), ['node: clock before its beginning']);
});

test('changed names and a changed authority are issued again', () => {
  const { run, issued } = site();
  run(START);
  assert.deepEqual(run(START, [short, { ...lasting, names: ['10.0.0.1', 'a'] }]), []);
  assert.deepEqual(run(START, [short, { ...lasting, names: ['a', '10.0.0.2'] }]), ['apiserver: other names']);
  const node = issued.get('node');
  assert.ok(node);
  issued.set('node', { ...node, byCurrentAuthority: false });
  assert.deepEqual(run(START, [short]), ['node: another authority']);
});

test('an authority is valid at 2099 too, wherever its clock stood when it was made, and is replaced in the last third of 20 years', () => {
  const year = 365.25 * DAY_MS;
  for (const made of [0, START]) assert.ok(authorityEndMs(made) > Date.UTC(2101, 0, 1));
  const end = authorityEndMs(START);
  assert.equal(authorityIsDue(end, START + 13 * year), false);
  assert.equal(authorityIsDue(end, START + 14 * year), true);
  assert.equal(authorityIsDue(authorityEndMs(0), START), false, 'one made at 1970 is not replaced at once');
});
