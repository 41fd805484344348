// Whom the record of people shuts out, whatever the clock was meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CERTIFICATES_PER_USER_MAX, GONE_MAX } from '../limits.ts';
import { takenBack, withoutPerson, withRoom } from './revocation.plan.ts';
import type { PersonCertificate, UsersFile } from './users-file.ts';

const NOW = Date.UTC(2026, 10, 25);
const YEAR_2099 = Date.UTC(2099, 0, 1);

const certificate = (serialNumber: string, notAfter = '2027-01-01T00:00:00Z'): PersonCertificate => ({
  serialNumber,
  fingerprint: '',
  issuer: '',
  notBefore: '1970-01-01T00:00:00Z',
  notAfter,
});
const record = (users: UsersFile['users'], gone: UsersFile['gone'] = []): UsersFile => ({ version: 1, users, gone });
const shown = (commonName: string, serialNumber: string) => ({ commonName, serialNumber, organizations: [] });

test('a person who was shut out or deleted stays out, a namesake comes in, and nobody else is touched', () => {
  const before = record([
    { name: 'anna', createdAt: '', certificates: [certificate('01')] },
    { name: 'ben', createdAt: '', revokedAt: '2026-11-25T00:00:00Z', certificates: [certificate('02')] },
    { name: 'carl', createdAt: '', certificates: [certificate('03')] },
  ]);
  const deleted = withoutPerson(before, 'anna');
  const again = {
    ...deleted,
    users: [...deleted.users, { name: 'anna', createdAt: '', certificates: [certificate('04')] }],
  };
  const isTakenBack = takenBack(again);
  assert.deepEqual(
    [shown('anna', '01'), shown('anna', '04'), shown('ben', '02'), shown('carl', '03')].map(isTakenBack),
    [true, false, true, false],
  );
  assert.equal(withoutPerson(before, 'nobody'), before);
});

test('a clock that stands at 2099 for a while forgets nobody', () => {
  const before = record(
    [{ name: 'anna', createdAt: '', certificates: [certificate('01')] }],
    [{ serialNumber: '02', notAfter: '2027-01-01T00:00:00Z' }],
  );
  assert.deepEqual(withRoom(before, YEAR_2099), before);
});

test('only where there is no room left does what ended first give way', () => {
  const gone = Array.from({ length: GONE_MAX + 2 }, (_, i) => ({
    serialNumber: String(i),
    notAfter: new Date(NOW + i).toISOString(),
  }));
  const full = Array.from({ length: CERTIFICATES_PER_USER_MAX }, (_, i) =>
    certificate(String(i), i === 0 ? '2025-01-01T00:00:00Z' : undefined),
  );
  const { users, gone: kept } = withRoom(record([{ name: 'anna', createdAt: '', certificates: full }], gone), NOW);
  assert.deepEqual(
    users[0]?.certificates.map(({ serialNumber }) => serialNumber),
    full.slice(1).map(({ serialNumber }) => serialNumber),
  );
  assert.deepEqual(
    new Set(kept.map(({ serialNumber }) => serialNumber)),
    new Set(gone.slice(2).map((one) => one.serialNumber)),
  );
});
