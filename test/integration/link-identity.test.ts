// The identity of a site over years and wrong clocks, what a crash or a damaged file leaves, and what is carried over the link: against a
// real hub, on one clock that tests move.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import type { DesiredReport, DesiredState, JournalDelivery, JournalRecord } from '../../src/model/link/index.ts';
import { fakeClock } from '../../src/platform/clock/index.ts';
import type { LinkParts } from '../../src/services/link/index.ts';
import { inWorld, type LinkWorld, linkWorld, siteAtHub, testLink } from './link.fixture.ts';

const DAY_MS = 86_400_000;

const endsMs = ({ site }: LinkWorld): number => Date.parse(site.status().identity?.endsAt ?? '');

/** The site's power is off for so long; the clock knows. */
async function powerOff({ site, clock }: LinkWorld, days: number): Promise<void> {
  await site.link.stop();
  clock.jump(days * DAY_MS);
  await site.restart();
}

test('an identity is renewed from day 45 on, with the key that the site has, and beats go on with it', () =>
  inWorld(async (world) => {
    const { site, clock, hub } = world;
    await world.joined();
    const key = fs.readFileSync(site.file('key.pem'), 'utf8');
    const first = endsMs(world);
    await powerOff(world, 44);
    await world.eventually('it beats', world.isOpen);
    assert.equal(endsMs(world), first, 'not before');
    await powerOff(world, 2);
    await world.eventually('it is renewed', () => endsMs(world) > first);
    assert.ok(Math.abs(endsMs(world) - clock.now() - 90 * DAY_MS) < DAY_MS);
    await world.eventually('it goes on with it', world.isOpen);
    assert.equal((await hub.hub.operator.site('ship-1')).identityEndsAt, site.status().identity?.endsAt);
    assert.equal(fs.readFileSync(site.file('key.pem'), 'utf8'), key);
    assert.ok(site.reasons().includes('IdentityRenewed'));
  }));

test('past its end the hub shows Expired, the site goes on, and comes back by an approval, not as a new site', () =>
  inWorld(async (world) => {
    const { site, hub } = world;
    await world.joined();
    const { siteId } = site.status().identity ?? {};
    await powerOff(world, 700);
    assert.equal(siteAtHub(hub)?.status, 'Expired');
    await world.eventually('it asks to come back', () => siteAtHub(hub)?.waitsForApproval === true);
    await world.eventually('it tells that it waits', () => site.status().trouble?.kind === 'expired');
    assert.match(site.status().trouble?.cure ?? '', /holdfast hub approve ship-1/);
    assert.equal(site.status().mode, 'Disconnected');
    await site.restart();
    await world.eventually('it asks again after a restart', () => site.status().trouble?.kind === 'expired');
    await hub.hub.operator.approve('ship-1');
    await world.eventually('it is back', () => world.isOpen() && site.status().mode === 'Connected');
    assert.deepEqual([siteAtHub(hub)?.status, site.status().identity?.siteId], ['Connected', siteId]);
    assert.deepEqual(site.notices.at(-1), { cut: false, trouble: null });
  }));

for (const [named, atMs] of [
  ['1970', 60_000],
  ['2099', Date.UTC(2099, 0, 1)],
] as const)
  test(`a site whose clock stands at ${named} joins, beats and hears what time it is`, async () => {
    const hubTimes: number[] = [];
    const world = await linkWorld();
    const wrong = fakeClock(atMs);
    const site = testLink(wrong, 'ship-2', {
      clockSample: async (hubTimeMs) => {
        hubTimes.push(hubTimeMs);
        // As holdfastd does when it believes the hub.
        wrong.jump(hubTimeMs - wrong.now());
      },
    });
    world.closing.push(site);
    try {
      await site.link.activate({ hub: world.url, token: await world.hub.token(), plane: 'hub' });
      await world.eventually('it hears the time', () => hubTimes.length > 0);
      assert.ok(Math.abs((hubTimes[0] ?? 0) - world.clock.now()) < 60_000);
      await wrong.advance(20_000);
      const { mode, lastContact } = site.status();
      assert.equal(mode, 'Connected', 'a clock that is put right makes no link look lost');
      assert.ok(Math.abs(Date.parse(lastContact ?? '') - wrong.now()) < 60_000, String(lastContact));
      assert.equal(siteAtHub(world.hub, 'ship-2')?.status, 'Connected');
    } finally {
      await world.close();
    }
  });

test('a crash between two files, and files that are damaged, end in one of the few states that there are', () =>
  inWorld(async (world) => {
    const { site } = world;
    await world.joined();
    const read = (name: string): string => fs.readFileSync(site.file(name), 'utf8');
    const write = (name: string, text: string): void => fs.writeFileSync(site.file(name), text);
    const link = read('link.json');
    await site.link.stop();

    fs.rmSync(site.file('connectivity.json'));
    await site.restart();
    assert.deepEqual([site.status().mode, site.status().plane], ['Connected', 'hub'], 'joined, and not yet told');

    await site.link.stop();
    write('connectivity.json', '{"version":1,"plane":');
    await site.restart();
    assert.equal(site.status().trouble?.kind, 'damaged');
    assert.equal(read('connectivity.json'), '{"version":1,"plane":', 'no guess takes its place');
    await world.eventually('the hub answers', world.isOpen);
    assert.deepEqual([site.status().mode, site.status().plane], ['Connected', 'hub']);
    assert.equal(read('connectivity.json.damaged'), '{"version":1,"plane":');

    await site.link.stop();
    write('link.json', '{"version":1,"siteId":7}');
    await site.restart();
    assert.equal(site.status().trouble?.kind, 'damaged');
    assert.equal(site.status().connection.state, 'off');
    assert.deepEqual(site.notices.at(-1)?.trouble?.kind, 'damaged');
    await site.link.stop();
    write('link.json', link);
    fs.renameSync(site.file('identity.json'), site.file('identity.json.away'));
    await site.restart();
    assert.match(site.status().trouble?.message ?? '', /identity of this site at its hub is gone/);
    site.link.deactivate();
    assert.deepEqual([site.status().mode, site.status().trouble], ['NotActivated', null]);
    await site.restart();
    await world.activate();
    await world.eventually('it is activated anew', world.isOpen);
  }));

/** A journal in memory, and an applier that remembers what it applied. */
function carried() {
  const records: JournalRecord[] = Array.from({ length: 250 }, (_, i) => ({
    sequence: i + 1,
    at: '2026-01-01T00:00:00Z',
    kind: 'audit',
    body: { text: `record ${i + 1} ${'x'.repeat(500)}` },
  }));
  let kept = 0;
  let sent = 0;
  let untold: DesiredReport | undefined;
  const states: DesiredState[] = [];
  const parts: Partial<LinkParts> = {
    journal: {
      next: async (): Promise<JournalDelivery | undefined> => {
        const from = Math.max(kept, sent === kept ? kept : 0);
        const piece = records.slice(from, from + 40);
        sent = from;
        return piece.length === 0 ? undefined : { protocol: 1, stream: 'kube/1', records: piece };
      },
      positions: (told) => {
        kept = Math.max(kept, told['kube/1'] ?? 0);
        sent = kept;
      },
      gap: () => assert.fail('nothing is left out'),
      acknowledged: (_stream, sequence) => {
        kept = Math.max(kept, sequence);
        sent = kept;
      },
    },
    desired: {
      applied: () => states.at(-1)?.revision ?? 0,
      isNew: (revision) => revision > (states.at(-1)?.revision ?? 0),
      drifted: () => 0,
      untold: () => untold,
      told: () => {
        untold = undefined;
      },
      apply: async (desired): Promise<DesiredReport> => {
        states.push(desired);
        const counts = { applied: desired.manifests.length };
        untold = { protocol: 1, revision: desired.revision, complete: true, objects: [], more: 0, counts };
        return untold;
      },
    },
  };
  return { parts, states, kept: () => kept };
}

test('the journal goes to the hub whole, in order and once, and each desired state comes once', async () => {
  const { parts, states, kept } = carried();
  await inWorld(async (world) => {
    const { hub, site, wire } = world;
    const folder = fs.mkdtempSync(`${hub.folder}/desired-`);
    fs.writeFileSync(
      `${folder}/map.yaml`,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\ndata: {x: "1"}\n',
    );
    await world.activate();
    await world.eventually('part of it is kept', () => kept() >= 40);
    wire.cut();
    await hub.restart();
    wire.target = hub.hub.port;
    await world.eventually('all of it is kept', () => kept() === 250);
    const delivered = await hub.hub.operator.journal('ship-1', { kind: 'audit', limit: 1_000 });
    assert.deepEqual(
      delivered.map(({ sequence }) => sequence),
      Array.from({ length: 250 }, (_, i) => i + 1),
    );
    await hub.hub.operator.desired('ship-1', { kind: 'folder', location: folder });
    await world.eventually('the desired state is applied', () => siteAtHub(hub)?.appliedRevision === 1);
    assert.deepEqual(
      states.map(({ revision, manifests }) => [revision, manifests.length]),
      [[1, 1]],
    );
    await world.eventually('it is reported', async () => (await hub.hub.operator.site('ship-1')).report !== null);
    const made = wire.made;
    await world.eventually('beats go on', () => site.status().lastContact !== null);
    assert.equal(wire.made, made);
  }, parts);
});
