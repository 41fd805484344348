// Every setting: what a person writes, what it may be, what is refused in which words, and what a file may hold.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SETTINGS, settingNamed, settingNow, settingsParse, settingText, settingValue } from './settings.ts';

const invalid = (message: RegExp, cure?: RegExp) => (error: Error & { code?: string; details?: { cure?: string } }) => {
  assert.equal(error.code, 'Invalid');
  assert.match(error.message, message);
  if (cure) assert.match(error.details?.cure ?? '', cure);
  return true;
};

for (const [name, text, value] of [
  ['desiredStatePassMinutes', '10', 10],
  ['ntpServers', 'ntp.example, 192.0.2.1,[no]', undefined],
  ['ntpServers', 'ntp.example, 192.0.2.1', ['ntp.example', '192.0.2.1']],
  ['ntpServers', '[2001:db8::1]:123,a.example:124,2001:db8::1', ['[2001:db8::1]:123', 'a.example:124', '2001:db8::1']],
  ['ntpServers', '', []],
  ['outsideRegistries', 'docker.io=http://mirror:5000/a=b', { 'docker.io': 'http://mirror:5000/a=b' }],
  ['outsideRegistries', 'docker.io', undefined],
  ['outsideRegistries', 'docker.io=https://user:secret@mirror', undefined],
  ['outsideRegistries', 'docker.io=mirror:5000', undefined],
  ['setSystemClock', 'on', true],
  ['setSystemClock', 'No', false],
  ['telemetry', 'off', false],
  ['setSystemClock', 'maybe', undefined],
  ['desiredStatePassMinutes', '0', undefined],
  ['desiredStatePassMinutes', '1.5', undefined],
  ['desiredStatePassMinutes', 'x', undefined],
  ['heartbeatSeconds', '10', 10],
  ['heartbeatSeconds', '300', 300],
  ['heartbeatSeconds', '9', undefined],
  ['heartbeatSeconds', '301', undefined],
  ['heartbeatSeconds', '', undefined],
  ['semiConnectedAfterMinutes', '1440', 1440],
  ['semiConnectedAfterMinutes', '9', undefined],
  ['disconnectedAfterDays', '2', 2],
  ['disconnectedAfterDays', '1', undefined],
  ['disconnectedAfterDays', '366', undefined],
  ['forecastBreach', ' Warn', 'warn'],
  ['forecastBreach', 'ignore', undefined],
  ['nodeBudgetPercent', '100', 100],
  ['nodeBudgetPercent', '9', undefined],
  ['nodeBudgetPercent', '101', undefined],
  ['journalBytesMax', '4194304', 4194304],
  ['journalBytesMax', '4194303', undefined],
] as const)
  test(`${name}=${text} is ${value === undefined ? 'refused' : JSON.stringify(value)}`, () => {
    const parsed = settingNamed(name).parse(text);
    if (value === undefined)
      assert.throws(() => settingValue(name, parsed), invalid(new RegExp(`^${name} cannot be`), /^write /));
    else assert.deepEqual(settingValue(name, parsed), value);
  });

test('every default may be set, and is written as it is read', () => {
  for (const { name, default: usual, parse, problem } of SETTINGS) {
    assert.equal(problem(usual), undefined, name);
    assert.deepEqual(parse(settingText(usual)), usual, name);
  }
});

test('an unknown name is refused with the nearest', () => {
  assert.throws(() => settingNamed('ntpServer'), invalid(/there is no setting ntpServer/, /did you mean ntpServers\?/));
});

test('of a file, what makes no sense is left out and told', () => {
  assert.deepEqual(settingsParse(undefined), { settings: {}, problems: [] });
  for (const damaged of ['', '[]', '{'])
    assert.deepEqual([settingsParse(damaged).settings, settingsParse(damaged).problems.length], [{}, 1]);
  const { settings, problems } = settingsParse('{"ntpServers":["a.example"],"setSystemClock":"on","other":1}');
  assert.deepEqual(
    [settingNow(settings, 'ntpServers'), settingNow(settings, 'setSystemClock')],
    [['a.example'], false],
  );
  assert.deepEqual(problems, ['setSystemClock: it must be on or off', 'other: this version does not know it']);
});
