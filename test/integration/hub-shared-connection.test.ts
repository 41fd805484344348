// A hub whose wiring lets one connection stand for several sites, as a measurement does: only a certificate that was judged good
// gets that far, and nothing that is sent changes whom a request is of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINK_PATHS } from '../../src/model/link/index.ts';
import { assertRefused, DAY_MS, enrolled, HEARTBEAT, newFolder, TestSite, testHub } from './hub.fixture.ts';

test('requests over a shared connection are of the sites that the wiring says, once its certificate is judged', async (t) => {
  const asked: string[] = [];
  const carried = ['id-a', 'id-b'];
  const of = await testHub(newFolder(), {
    standsFor: (peer) => {
      asked.push(peer.id);
      return carried[(asked.length - 1) % carried.length] ?? peer.id;
    },
  });
  t.after(() => of.close());
  const carrier = await enrolled(of, 'id-a');
  await enrolled(of, 'id-b');
  const podsOf = async (name: string) => (await of.hub.operator.site(name)).heartbeat?.pods;
  const headers = { 'x-holdfast-site': 'id-b', 'x-holdfast-user': 'id-b' };
  const beat = (pods: number) => ({ path: LINK_PATHS.heartbeat, body: { ...HEARTBEAT, pods }, headers });
  for (const pods of [1, 2]) assert.equal((await carrier.ask(beat(pods))).status, 200);
  assert.deepEqual(asked, ['id-a', 'id-a']);
  assert.deepEqual([await podsOf('id-a'), await podsOf('id-b')], [1, 2]);

  const nobody = new TestSite({ port: of.hub.port, id: 'id-b' });
  nobody.hubCaPem = carrier.hubCaPem;
  assertRefused(await nobody.ask(beat(9)), 'Identity', 401, /a certificate of a site is needed/);
  const foreign = await testHub();
  t.after(() => foreign.close());
  const stranger = await enrolled(foreign, 'id-b');
  Object.assign(stranger, { hubCaPem: carrier.hubCaPem });
  stranger.disconnect(of.hub.port);
  assertRefused(await stranger.ask(beat(9)), 'Identity', 401, /refused/);
  of.clock.jump(91 * DAY_MS);
  assertRefused(await carrier.heartbeat({ pods: 9 }), 'Expired', 403, /has ended/);
  assert.deepEqual(asked, ['id-a', 'id-a'], 'whom no good certificate speaks for, nobody stands for');
  assert.deepEqual([await podsOf('id-a'), await podsOf('id-b')], [1, 2]);
});
