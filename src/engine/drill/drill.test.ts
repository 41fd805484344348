// What drills decide, as tables.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedCertificate } from '#model/site';
import { certificateStanding } from './certificate-standing.ts';
import { clockShift } from './clock-shift.ts';
import { drillReport } from './report.ts';
import { requestsFinding } from './requests.ts';

const NOW = Date.UTC(2030, 5, 1);
const YEAR_MS = 365 * 86_400_000;

test('a seed chooses one jump, always the same; without one it is two years ahead', () => {
  assert.deepEqual(clockShift(0, NOW), { shiftMs: 2 * YEAR_MS, what: '2 years ahead' });
  const whats = new Set<string>();
  for (let seed = 1; seed <= 200; seed++) {
    const { shiftMs, what } = clockShift(seed, NOW);
    assert.deepEqual(clockShift(seed, NOW), { shiftMs, what });
    assert.ok(Math.abs(shiftMs) >= 2 * YEAR_MS, `${seed}: ${what}`);
    const seen = new Date(NOW + shiftMs).getUTCFullYear();
    if (what.endsWith('1970')) assert.equal(seen, 1970);
    if (what.endsWith('2099')) assert.equal(seen, 2099);
    assert.equal(shiftMs > 0, /ahead|2099/.test(what), what);
    whats.add(what.replace(/^\d+ /, ''));
  }
  assert.deepEqual([...whats].sort(), [
    'at the beginning of 1970',
    'at the beginning of 2099',
    'years ahead',
    'years back',
  ]);
});

const certificate = (of: Partial<ListedCertificate>): ListedCertificate => ({
  name: 'doors',
  holder: 'services',
  issuer: 'front doors',
  notBefore: '2030-05-01T00:00:00Z',
  notAfter: '2030-07-30T00:00:00Z',
  renewsAt: '2030-06-30T00:00:00Z',
  fingerprint: 'AA',
  ...of,
});
const authority = certificate({
  name: 'kubernetes-servers',
  holder: 'site',
  notAfter: '2050-01-01T00:00:00Z',
  renewsAt: '2045-01-01T00:00:00Z',
});

test('a certificate holds when a successor is there before its end', () => {
  for (const [given, holds, what] of [
    [{}, true, 'doors is renewed 30 days before it ends'],
    [{ notAfter: '2030-05-31T00:00:00Z' }, false, 'doors has ended on 2030-05-31'],
    [{ notBefore: '2030-06-02T00:00:00Z' }, false, 'doors is not valid before 2030-06-02'],
    [{ renewsAt: '2030-07-30T00:00:00Z' }, false, 'doors ends on 2030-07-30, before it is renewed'],
    [{ renewsAt: null }, false, 'doors ends on 2030-07-30, and nothing renews it'],
    [
      { name: 'apiserver', renewsAt: null, notAfter: authority.notAfter },
      true,
      'apiserver is renewed 1826 days before it ends',
    ],
    [{ name: 'root/1', holder: 'site', renewsAt: null }, true, 'root/1 has a successor'],
    [{ name: 'user/anna', holder: 'anna', renewsAt: null }, true, 'user/anna ends on 2030-07-30, as was chosen'],
    [{ notAfter: 'never' }, false, 'doors has ended on never'],
  ] as const)
    assert.deepEqual(certificateStanding(certificate(given), { all: [authority], now: NOW }), { holds, what });
});

test('one request that fails is a failure, and no request proves nothing', () => {
  const asked = { kept: 40, fresh: 20, failures: [], slowestMs: 12.4 };
  assert.deepEqual(requestsFinding(asked), {
    holds: true,
    what: '40 requests over a connection that stays and 20 over new ones: all answered, the slowest in 12 ms',
  });
  assert.match(requestsFinding({ ...asked, failures: ['broke', 'broke'] }).what, /^2 of 40 requests .* failed: broke$/);
  for (const bad of [{ failures: ['broke'] }, { kept: 0 }, { fresh: 0 }])
    assert.equal(requestsFinding({ ...asked, ...bad }).holds, false);
});

test('a drill has passed when everything held and was put back', () => {
  const step = { at: '2030-06-01T00:00:00Z', what: 'the API answered', tookMs: 3, holds: true };
  const given = {
    drill: 'clock-jump',
    seed: 1,
    startedAt: step.at,
    steps: [step],
    figures: {},
    restored: true,
  } as const;
  assert.equal(drillReport(given).verdict, 'passed');
  assert.deepEqual(Object.keys(drillReport(given).steps[0] ?? {}), ['at', 'what', 'tookMs']);
  const bad = drillReport({ ...given, steps: [step, { ...step, holds: false }] });
  assert.deepEqual([bad.verdict, bad.steps[1]?.what], ['failed', 'failed: the API answered']);
  assert.equal(drillReport({ ...given, restored: false }).verdict, 'failed');
  assert.equal(drillReport({ ...given, steps: [] }).verdict, 'failed');
});
