// Where a site stands, and what `status` shows of it, while nothing of the site runs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import {
  CONNECTIVITY_DEFAULTS,
  connectivitySettings,
  connectivityStart,
  connectivityStep,
  connectivityText,
} from '#engine/connectivity';
import { DEFAULT_PORTS, planNetwork, siteFolders } from '#model/site';
import { fakeClock } from '#platform/clock';
import { testFolder } from '#platform/process';
import { planSite } from './site.plan.ts';
import { writeSite } from './site-file.ts';
import { siteStanding } from './site-standing.ts';
import { siteStatus } from './site-status.ts';

const data = testFolder('standing');
after(() => fs.rmSync(data, { recursive: true }));
const folders = siteFolders(data);
const choice = planNetwork([]);
assert.ok(choice.kind === 'chosen');
fs.mkdirSync(folders.link, { recursive: true });

const ACTIVATED = Date.UTC(2026, 10, 2);
const DAY_MS = 86_400_000;
const activated = connectivityStep(
  connectivityStart(Date.UTC(2026, 10, 1)),
  { kind: 'activated', plane: 'hub' },
  ACTIVATED,
).state;

test('a folder without a site stands as before activation', () => {
  assert.deepEqual(siteStanding(folders, ACTIVATED), {
    isThere: false,
    standing: { plane: 'local', mode: 'NotActivated' },
  });
});

test('the status of a stopped site tells plane, mode, last contact and days left as they are now', async () => {
  writeSite(
    folders,
    planSite({
      wishes: { name: 'ship-1', runtime: 'simulated' },
      id: 'a1b2c3',
      createdAt: '2026-11-01T00:00:00Z',
      node: { cores: 2, memoryBytes: 8 * 1024 ** 3 },
      network: choice.network,
      ports: DEFAULT_PORTS,
    }),
  );
  const status = async (now: number) => {
    const { plane, connectivity, conditions } = await siteStatus({ data, clock: fakeClock(now) });
    return { plane, connectivity, conditions };
  };
  assert.deepEqual(await status(ACTIVATED), {
    plane: 'local',
    connectivity: { mode: 'NotActivated', since: '2026-11-01T00:00:00Z', lastContact: null, graceDaysLeft: null },
    conditions: [],
  });
  fs.writeFileSync(folders.connectivityFile, connectivityText(activated));
  const lastContact = '2026-11-02T00:00:00Z';
  assert.deepEqual(await status(ACTIVATED + 10 * DAY_MS), {
    plane: 'hub',
    connectivity: { mode: 'SemiConnected', since: '2026-11-02T00:15:00Z', lastContact, graceDaysLeft: 20 },
    conditions: [],
  });
  assert.deepEqual((await status(ACTIVATED + 900 * DAY_MS)).connectivity, {
    mode: 'Disconnected',
    since: '2026-12-02T00:00:00Z',
    lastContact,
    graceDaysLeft: 0,
  });
});

test('a damaged file is a condition, and the strictest standing', async () => {
  for (const damage of ['{', connectivityText(activated).replace('"hub"', '"moon"')]) {
    fs.writeFileSync(folders.connectivityFile, damage);
    const found = siteStanding(folders, ACTIVATED);
    assert.deepEqual(found.standing, { plane: 'hub', mode: 'Disconnected' });
    const { conditions, connectivity } = await siteStatus({ data, clock: fakeClock(ACTIVATED) });
    assert.deepEqual(
      conditions.map(({ type, status, reason, message }) => [type, status, reason, message]),
      [['ConnectivityKnown', 'False', 'Damaged', found.damage]],
    );
    assert.match(
      found.damage ?? '',
      /connectivity\.json cannot be used \(.+\): until it can, what a hub could own is refused/,
    );
    assert.deepEqual(connectivity, {
      mode: 'Disconnected',
      since: '2026-11-01T00:00:00Z',
      lastContact: null,
      graceDaysLeft: null,
    });
  }
});

test('a file that cannot be read is no other than a damaged one', () => {
  fs.rmSync(folders.connectivityFile);
  fs.mkdirSync(folders.connectivityFile);
  assert.deepEqual(siteStanding(folders, ACTIVATED).standing, { plane: 'hub', mode: 'Disconnected' });
});

test('the settings say when a link counts as weak and as gone; without whole ones the defaults do', () => {
  fs.rmSync(folders.connectivityFile, { recursive: true, force: true });
  fs.writeFileSync(folders.connectivityFile, connectivityText(activated));
  const modeAfter = (ms: number) => siteStanding(folders, ACTIVATED + ms).standing.mode;
  const day = (count: number): number => count * DAY_MS;
  fs.writeFileSync(folders.settingsFile, '{"semiConnectedAfterMinutes":60,"disconnectedAfterDays":2}');
  assert.deepEqual(
    [modeAfter(59 * 60_000), modeAfter(60 * 60_000), modeAfter(day(2) - 1), modeAfter(day(2))],
    ['Connected', 'SemiConnected', 'SemiConnected', 'Disconnected'],
  );
  fs.writeFileSync(folders.settingsFile, '{');
  assert.deepEqual([modeAfter(15 * 60_000), modeAfter(day(30))], ['SemiConnected', 'Disconnected']);
  fs.rmSync(folders.settingsFile);
  assert.deepEqual(connectivitySettings({}), CONNECTIVITY_DEFAULTS);
});
