// The site's link against a real hub: joining, beating, and everything that a link does to those who rely on it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WorldError } from '../../src/base/index.ts';
import { testHub } from './hub.fixture.ts';
import { inWorld, type LinkWorld, siteAtHub, TestProxy, testLink, Wire } from './link.fixture.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const refused =
  (code: string, message: RegExp, cure = /./) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof WorldError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.match(error.details.cure ?? '', cure);
    return true;
  };

const mode = ({ site }: LinkWorld): string => site.status().mode;

test('a site joins, beats once a minute, and keeps what it has for the owner alone', () =>
  inWorld(async (world) => {
    const { hub, site, clock } = world;
    assert.deepEqual([mode(world), site.status().hub], ['NotActivated', null]);
    await world.joined();
    const { hub: at, plane, identity, connection, trouble } = site.status();
    assert.deepEqual([at?.url, at?.proxy, plane, mode(world), trouble], [world.url, null, 'hub', 'Connected', null]);
    assert.equal(connection.byAuthorityAlone, false);
    assert.match(identity?.siteId ?? '', /^abc123-[A-Za-z0-9]{12}$/);
    assert.equal(siteAtHub(hub)?.status, 'Connected');
    const details = await hub.hub.operator.site('ship-1');
    assert.deepEqual(
      [details.id, details.heartbeat?.pods, details.heartbeat?.mode],
      [identity?.siteId, 3, 'Connected'],
    );
    for (const name of ['link.json', 'key.pem', 'identity.json', 'connectivity.json'])
      assert.equal(fs.statSync(site.file(name)).mode & 0o777, 0o600, name);
    const contacts: number[] = [];
    const start = clock.now();
    await world.eventually('four more heartbeats', () => {
      const at = Date.parse(site.status().lastContact ?? '');
      if (at > start && contacts.at(-1) !== at) contacts.push(at);
      return contacts.length === 4;
    });
    const gaps = contacts.slice(1).map((at, i) => at - (contacts[i] ?? 0));
    assert.ok(
      gaps.every((gap) => gap >= 0.9 * MINUTE_MS - 1000 && gap <= 1.1 * MINUTE_MS + 2000),
      String(gaps),
    );
    assert.ok(new Set(gaps).size > 1, 'with jitter');
    assert.equal(world.wire.made, 2, 'one connection to join, and one since');
  }));

test('whoever cannot join is told why, and what to do', () =>
  inWorld(async (world) => {
    const { hub, site, url } = world;
    const token = await hub.token();
    const activate = (more: object) => site.link.activate({ hub: url, token, plane: 'hub', ...more });
    const secret = 'A'.repeat(32);
    const otherHub = await testHub();
    world.closing.push(otherHub);
    const closed = await Wire.to(1);
    const port = closed.port;
    await closed.close();
    for (const wrong of ['http://127.0.0.1:1', 'hub.example', 'https://h/path', 'https://u:p@h:1', ''])
      await assert.rejects(activate({ hub: wrong }), refused('Invalid', /no address of a hub/));
    await assert.rejects(activate({ token: 'abc' }), refused('Invalid', /no activation token/));
    await assert.rejects(
      activate({ hub: `https://127.0.0.1:${port}` }),
      refused('Unavailable', /cannot be reached/, /hub runs/),
    );
    await assert.rejects(
      activate({ token: `${secret}.${token.split('.')[1]}` }),
      refused('Denied', /knows no such token/, /hub token/),
    );
    await assert.rejects(
      activate({ token: await otherHub.token() }),
      refused('Denied', /is not this site's hub, so nothing was sent/),
    );
    await assert.rejects(
      activate({ token: await hub.token('other') }),
      refused('Denied', /for the site other, not for ship-1/),
    );
    await assert.rejects(activate({ proxy: 'https://p:1' }), refused('Invalid', /address of the proxy/));
    assert.deepEqual([mode(world), site.status().hub], ['NotActivated', null], 'nothing half-made is left');

    const namesake = testLink(world.clock);
    world.closing.push(namesake);
    await namesake.link.activate({ hub: url, token, plane: 'hub' });
    await assert.rejects(activate({}), refused('Denied', /used already/, /another one/));
    await assert.rejects(
      activate({ token: await hub.token() }),
      refused('Conflict', /the name ship-1 is taken/, /another name/),
    );
    await assert.rejects(
      namesake.link.activate({ hub: url, token: await hub.token(), plane: 'hub' }),
      refused('Conflict', /activated already/, /deactivate/),
    );
    const late = await hub.token();
    world.clock.jump(25 * 3_600_000);
    await assert.rejects(activate({ token: late }), refused('Denied', /has expired/));
  }));

test('a hub that restarts is found again, told as one trouble that ends', () =>
  inWorld(async (world) => {
    const { hub, site, wire } = world;
    await world.joined();
    const before = site.events.length;
    await hub.restart();
    wire.cut();
    wire.target = 1;
    await world.eventually('it is missed', () => site.status().trouble !== null);
    await world.eventually('it is tried again', () => wire.made >= 6);
    wire.target = hub.hub.port;
    await world.eventually('it is found', world.isOpen);
    await world.eventually('it knows the site', () => siteAtHub(hub)?.status === 'Connected');
    assert.deepEqual(site.reasons().slice(before), ['HubUnreachable', 'HubReached']);
    assert.deepEqual(site.notices.at(-1), { cut: false, trouble: null });
  }));

test('a connection that goes silent is given up within a minute, and a new one is made', () =>
  inWorld(async (world) => {
    const { clock, site, wire } = world;
    await world.joined();
    wire.freeze();
    const frozen = clock.now();
    const made = wire.made;
    await world.eventually('it is given up', () => site.status().trouble?.kind === 'unreachable');
    assert.ok(clock.now() - frozen <= 53_000, `after ${clock.now() - frozen} ms`);
    await world.eventually('it is made anew', world.isOpen);
    assert.equal(wire.made, made + 1);
    assert.equal(mode(world), 'Connected');
  }));

test('another interval between heartbeats counts at once', () => {
  let beatEveryMs = 300_000;
  return inWorld(
    async (world) => {
      const { clock, site } = world;
      await world.joined();
      const heard = (): number => Date.parse(site.status().lastContact ?? '');
      const first = heard();
      await world.eventually('two minutes pass', () => clock.now() >= first + 2 * MINUTE_MS);
      assert.equal(heard(), first, 'the next one is not due for minutes');
      beatEveryMs = 10_000;
      site.link.settingsChanged();
      await world.eventually('one comes now', () => heard() > first);
      const second = heard();
      assert.ok(second - first < 4 * MINUTE_MS);
      await world.eventually('the next one follows soon', () => heard() > second);
      assert.ok(heard() - second < 30_000);
    },
    { beatEveryMs: () => beatEveryMs },
  );
});

test('without the hub the mode follows the time, also over a restart; with it, it is Connected at once', () =>
  inWorld(async (world) => {
    const { clock, site } = world;
    await world.joined();
    site.link.cut();
    assert.deepEqual([site.status().cut, site.status().connection.state], [true, 'off']);
    assert.deepEqual(site.notices.at(-1), { cut: true, trouble: null });
    const made = world.wire.made;
    await clock.advance(14 * MINUTE_MS);
    assert.equal(mode(world), 'Connected');
    await clock.advance(2 * MINUTE_MS);
    assert.deepEqual([mode(world), site.status().graceDaysLeft], ['SemiConnected', 30]);
    await site.restart();
    clock.jump(31 * DAY_MS);
    await clock.advance(MINUTE_MS);
    assert.deepEqual([mode(world), site.status().graceDaysLeft, site.status().cut], ['Disconnected', 0, true]);
    assert.equal(world.wire.made, made, 'nothing was dialled');
    site.link.restore();
    await world.eventually('it is back', () => mode(world) === 'Connected');
    assert.deepEqual(site.reasons(), [
      'Connected',
      'LinkCut',
      'SemiConnected',
      'Disconnected',
      'LinkRestored',
      'Connected',
    ]);
    const modes = site.status().history.map(({ to }) => to.mode);
    assert.deepEqual(modes, ['Connected', 'Disconnected', 'SemiConnected', 'Connected']);
  }));

test('another hub at the same address is refused and told, and hears nothing; the right one is taken again', () =>
  inWorld(async (world) => {
    const { site, wire, hub } = world;
    await world.joined();
    const impostor = await testHub();
    world.closing.push(impostor);
    const [right, lines] = [wire.target, impostor.log.lines.length];
    wire.target = impostor.hub.port;
    wire.cut();
    await world.eventually('it is refused', () => site.status().trouble?.kind === 'other-hub');
    assert.match(site.status().trouble?.message ?? '', /signed by no authority that is trusted here/);
    assert.ok(site.reasons().includes('OtherHub'));
    assert.equal(impostor.log.lines.length, lines);
    assert.equal([...impostor.hub.operator.sites()].flat().length, 0);
    wire.target = right;
    await world.eventually('the right one is taken', world.isOpen);
    assert.equal(siteAtHub(hub)?.status, 'Connected');
  }));

/** What stands at the hub's address in place of the hub. */
async function inPlaceOfHub(answer: string): Promise<net.Server> {
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(answer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

test('what answers in place of the hub is told from it, and no harm is done', () =>
  inWorld(async (world) => {
    const { site, wire } = world;
    await world.joined();
    const right = wire.target;
    for (const answer of ['HTTP/1.1 302 Found\r\nlocation: http://portal/\r\n\r\n<html>', '', 'SSH-2.0-x\r\n']) {
      const server = await inPlaceOfHub(answer);
      wire.target = (server.address() as AddressInfo).port;
      wire.cut();
      const kind = answer === '' ? 'unreachable' : 'not-a-hub';
      await world.eventually(`${kind} for ${answer}`, () => site.status().trouble?.kind === kind);
      wire.target = right;
      await world.eventually('the hub is found again', world.isOpen);
      server.close();
    }
  }));

test('the way leads through a proxy, whose password nobody reads', () =>
  inWorld(async (world) => {
    const { hub, site } = world;
    const proxy = await TestProxy.to(() => hub.hub.port);
    world.closing.push(proxy);
    const login = 'ada:s3cret-pass';
    const url = `http://${login}@127.0.0.1:${proxy.port}`;
    proxy.answer = '407 Proxy Authentication Required';
    const by = { hub: 'https://127.0.0.1:9', token: await hub.token(), plane: 'local' as const, proxy: url };
    await assert.rejects(site.link.activate(by), refused('Denied', /wants a user and a password/));
    proxy.answer = '200 Connection established';
    await site.link.activate(by);
    await world.eventually('a heartbeat is answered', world.isOpen);
    assert.deepEqual(new Set(proxy.asked.map(({ to }) => to)), new Set(['127.0.0.1:9']));
    assert.ok(proxy.asked.every((asked) => asked.login === `Basic ${Buffer.from(login).toString('base64')}`));
    assert.deepEqual([site.status().hub?.proxy, site.status().plane], [`http://127.0.0.1:${proxy.port}`, 'local']);

    const troubles: [answer: string, kind: string, message: RegExp][] = [
      ['302 Found\r\nlocation: http://portal/', 'unreachable', /in place of the hub \(302\)/],
      ['403 Forbidden', 'proxy', /does not let 127.0.0.1:9 through \(403\)/],
      ['407 Proxy Authentication Required', 'proxy', /wants a user and a password/],
    ];
    for (const [answer, kind, message] of troubles) {
      proxy.answer = answer;
      proxy.cut();
      await world.eventually(answer, () => message.test(site.status().trouble?.message ?? ''));
      assert.equal(site.status().trouble?.kind, kind);
      proxy.answer = '200 Connection established';
      await world.eventually('it leads through again', world.isOpen);
    }
    assert.equal(site.status().mode, 'Connected');
    const said = [...site.log.lines, JSON.stringify([site.events, site.notices, site.status()])].join('\n');
    for (const word of ['s3cret', Buffer.from(login).toString('base64'), by.token.split('.')[0] ?? ''])
      assert.ok(!said.includes(word), word);
  }));

test('a site leaves its hub and joins another one', () =>
  inWorld(async (world) => {
    const { site, hub } = world;
    assert.throws(() => site.link.deactivate(), refused('Conflict', /has no hub/));
    assert.throws(() => site.link.cut(), refused('Conflict', /has no hub/));
    await world.joined();
    const { siteId } = site.status().identity ?? {};
    site.link.deactivate();
    assert.deepEqual([mode(world), site.status().hub, site.status().identity], ['NotActivated', null, null]);
    assert.ok(!fs.existsSync(site.file('identity.json')));
    await site.restart();
    assert.equal(mode(world), 'NotActivated');
    await world.joined();
    assert.equal(site.status().identity?.siteId, siteId, 'it is the same site, with the same key');
    assert.equal(siteAtHub(hub)?.status, 'Connected');
  }));

test('a site that was removed from its hub is told so, and dials rarely', () =>
  inWorld(async (world) => {
    const { site, hub, wire, clock } = world;
    await world.joined();
    await hub.hub.operator.remove('ship-1');
    await world.eventually('it is told', () => site.status().trouble?.kind === 'refused');
    assert.match(site.status().trouble?.cure ?? '', /activate the site again/);
    const made = wire.made;
    await clock.advance(2 * MINUTE_MS);
    assert.equal(wire.made, made);
    assert.ok(site.reasons().includes('HubRefuses'));
  }));
