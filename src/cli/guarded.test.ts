// The guard at the command line: in every plane and mode, every verb runs or is refused as the table says, and says so.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { type ConnectivityState, connectivityStart, connectivityStep, connectivityText } from '#engine/connectivity';
import { OPERATIONS, operationNamed, verdictOf } from '#model/operations';
import { CONNECTIVITY_MODES, isLegalPair, PLANES, type Standing, siteFolders } from '#model/site';
import { type FakeClock, fakeClock, systemClock } from '#platform/clock';
import { testFolder } from '#platform/process';
import { type Context, contextOf, declare, type Surroundings, type Verb } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { guarded } from './guarded.ts';
import { runCli, VERBS, type Verbs } from './program.ts';

const folder = testFolder('guard');
after(() => fs.rmSync(folder, { recursive: true }));
const { siteFile, connectivityFile, link } = siteFolders(folder);
fs.mkdirSync(link, { recursive: true });
fs.writeFileSync(siteFile, '{}');

const DAY_MS = 86_400_000;
const PAIRS: readonly Standing[] = PLANES.flatMap((plane) =>
  CONNECTIVITY_MODES.filter((mode) => isLegalPair(plane, mode)).map((mode) => ({ plane, mode })),
);
const AWAY_MS = { NotActivated: 0, Connected: 0, SemiConnected: DAY_MS, Disconnected: 40 * DAY_MS };

function surroundings(clock: FakeClock) {
  const out: string[] = [];
  const err: string[] = [];
  const sink = (write: (text: string) => void) => ({ write, isTerminal: false });
  const given: Surroundings = {
    out: sink((text) => out.push(text)),
    err: sink((text) => err.push(text)),
    clock,
    program: { node: 'node', nodeOptions: [], bundle: (app) => app, env: {} },
    defaultData: folder,
    defaultHubData: '/nowhere',
    command: 'holdfast',
    noColor: true,
    absolute: (file) => path.resolve(file),
  };
  return { given, out: () => out.join(''), err: () => err.join('') };
}

/** Writes the file that `services` keeps; the clock then stands where the site is in this pair. */
function siteIn({ plane, mode }: Standing): FakeClock {
  const clock = fakeClock(Date.UTC(2026, 10, 1));
  const born = connectivityStart(clock.now());
  const state: ConnectivityState =
    mode === 'NotActivated' ? born : connectivityStep(born, { kind: 'activated', plane }, clock.now()).state;
  fs.writeFileSync(connectivityFile, connectivityText(state));
  return fakeClock(clock.now() + AWAY_MS[mode]);
}

const withNames = (context: Context): [name: string, verb: Verb][] => [
  ...VERBS.site.map((make): [string, Verb] => [make(context).declaration.name(), make(context)]),
  ...VERBS.nouns.flatMap(({ name, itself }): [string, Verb][] => (itself ? [[name, itself(context)]] : [])),
  ...VERBS.nouns.flatMap((noun) =>
    noun.verbs.map((make): [string, Verb] => [`${noun.name} ${make(context).declaration.name()}`, make(context)]),
  ),
];

test('every verb but those of a hub declares an operation that the catalogue has, at this door', () => {
  for (const [name, { operation }] of withNames(contextOf(surroundings(fakeClock()).given))) {
    if (name.startsWith('hub ')) continue;
    assert.ok(operation !== undefined, `${name} declares its operation`);
    assert.ok(operationNamed(operation).doors.includes('command-line'), name);
  }
});

test('in every plane and mode each verb runs exactly when the table does not refuse it', async () => {
  for (const pair of PAIRS) {
    const { given } = surroundings(siteIn(pair));
    const context = contextOf(given);
    for (const [name, verb] of withNames(context)) {
      let ran = false;
      const recorded: Verb = {
        ...verb,
        run: async () => {
          ran = true;
          return EXIT.done;
        },
      };
      const { verdict } = verdictOf(operationNamed(verb.operation ?? 'command-line'), pair);
      const isRefused = verdict === 'refused' || verdict === 'absent';
      if (isRefused) await assert.rejects(guarded(context, recorded).run({}, []), { code: 'Refused' }, name);
      else assert.equal(await guarded(context, recorded).run({}, []), EXIT.done);
      assert.equal(ran, !isRefused, `${name} on ${pair.plane}, ${pair.mode}`);
    }
  }
});

/** A command line with one verb for each of these operations, which does nothing but say that it ran. */
const verbsFor = (operations: readonly string[]): Verbs => ({
  site: operations.map((operation) => (context: Context) => ({
    declaration: declare(operation, 'a verb', operation),
    operation,
    async run() {
      context.out.write('ran');
      return EXIT.done;
    },
  })),
  nouns: [],
});

test('the whole command line refuses with code 4, names everything, and runs what is allowed', async () => {
  const names = OPERATIONS.map(({ name }) => name);
  const verbs = verbsFor(names);
  const refused = new Set<string>();
  for (const pair of PAIRS) {
    const clock = siteIn(pair);
    for (const name of names) {
      const { verdict, reason, workaround } = verdictOf(operationNamed(name), pair);
      const plain = surroundings(clock);
      const json = surroundings(clock);
      const { exitCode } = await runCli(plain.given, [name], verbs);
      const asJson = await runCli(json.given, [name, '--json'], verbs);
      assert.equal(asJson.exitCode, exitCode);
      if (verdict !== 'refused' && verdict !== 'absent') {
        assert.deepEqual([exitCode, plain.out(), plain.err()], [EXIT.done, 'ran', ''], name);
        continue;
      }
      refused.add(name);
      assert.deepEqual([exitCode, plain.out()], [EXIT.refused, ''], name);
      const told = plain.err();
      assert.ok(told.includes(`error: ${name} (`) && told.includes(reason), told);
      if (verdict === 'refused') assert.ok(told.includes(`on plane ${pair.plane} in mode ${pair.mode}`), told);
      if (workaround !== 'there is none') assert.ok(told.includes(`cure:  ${workaround}`), told);
      assert.deepEqual(JSON.parse(json.out()), { operation: name, ...pair, reason, workaround });
    }
  }
  assert.ok(['change-hub-objects', 'plane-take', 'vpn'].every((name) => refused.has(name)));
});

test('time passes for a site whose processes stand still', async () => {
  siteIn({ plane: 'hub', mode: 'Connected' });
  const verbs = verbsFor(['change-hub-objects']);
  const exitAfter = async (ms: number) =>
    (await runCli(surroundings(fakeClock(Date.UTC(2026, 10, 1) + ms)).given, ['change-hub-objects'], verbs)).exitCode;
  assert.deepEqual(
    [await exitAfter(0), await exitAfter(14 * 60_000), await exitAfter(15 * 60_000), await exitAfter(800 * DAY_MS)],
    [EXIT.done, EXIT.done, EXIT.refused, EXIT.refused],
  );
});

test('a damaged file is told, and refuses what a hub could own and nothing else', async () => {
  const verbs = verbsFor(['change-hub-objects', 'site-settings', 'image-import', 'plane-take']);
  for (const damage of ['', '{', '{"version":7}', '[]']) {
    fs.writeFileSync(connectivityFile, damage);
    const run = async (name: string) => {
      const at = surroundings(fakeClock());
      return { ...(await runCli(at.given, [name], verbs)), err: at.err() };
    };
    assert.equal((await run('change-hub-objects')).exitCode, EXIT.refused);
    assert.equal((await run('site-settings')).exitCode, EXIT.refused);
    assert.equal((await run('plane-take')).exitCode, EXIT.done);
    const { exitCode, err } = await run('image-import');
    assert.equal(exitCode, EXIT.done);
    assert.match(err, /^damaged: .*connectivity\.json cannot be used \(the connectivity state /);
  }
});

test('without a file the site was never activated; without a site the verb itself says so', async () => {
  fs.rmSync(connectivityFile);
  const verbs = verbsFor(['change-hub-objects', 'heartbeat']);
  const exitIn = async (args: string[]) => (await runCli(surroundings(fakeClock()).given, args, verbs)).exitCode;
  assert.equal(await exitIn(['change-hub-objects']), EXIT.done);
  assert.equal(await exitIn(['heartbeat']), EXIT.refused);
  assert.equal(await exitIn(['heartbeat', '--data', `${folder}/none`]), EXIT.done);
  const { given } = surroundings(fakeClock());
  assert.equal((await runCli({ ...given, clock: systemClock }, ['status', '--data', `${folder}/none`])).exitCode, 5);
});
