// What a running site's status says of its standing, and that a refusal reaches whoever asks over the socket.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { connectivityStart, connectivityStep, connectivityText } from '#engine/connectivity';
import { callSupervisor } from '#host';
import { refuseUnlessAllowed } from '#model/operations';
import { LOOPBACK_NETWORK, type Site, siteFolders } from '#model/site';
import { testFolder } from '#platform/process';
import { serveLines } from '#platform/socket';
import type { Supervisor } from '#services/supervisor';
import { control } from './control.ts';
import type { Health } from './health.ts';
import { runningStatus } from './status.ts';

const data = testFolder('status');
after(() => fs.rmSync(data, { recursive: true }));
const folders = siteFolders(data);
fs.mkdirSync(folders.link, { recursive: true });
fs.mkdirSync(folders.run, { recursive: true });

const NOW = Date.UTC(2026, 10, 2);
const DAY_MS = 86_400_000;
const site = {
  name: 'ship-1',
  runtime: 'simulated',
  createdAt: '2026-11-01T00:00:00Z',
  machines: [],
  clusters: [],
  network: LOOPBACK_NETWORK,
  ports: { api: 6443 },
} as unknown as Site;
const health: Health = { phase: 'Ready', apiAnswers: true, readyNodes: new Set(), waitingFor: [], conditions: [] };
const supervisor = { states: () => [] } as unknown as Supervisor;
const status = (now: number) =>
  runningStatus({ site, folders, supervisor, health, startedAtMs: NOW, now, deaths: { inARow: 0, inAll: 0 } });

test('a running site tells plane and mode as the file says, as of now', () => {
  assert.deepEqual([status(NOW).plane, status(NOW).connectivity.mode], ['local', 'NotActivated']);
  const { state } = connectivityStep(connectivityStart(NOW), { kind: 'activated', plane: 'hub' }, NOW);
  fs.writeFileSync(folders.connectivityFile, connectivityText(state));
  const { plane, connectivity, phase, conditions } = status(NOW + 31 * DAY_MS);
  assert.deepEqual([plane, connectivity.mode, connectivity.graceDaysLeft], ['hub', 'Disconnected', 0]);
  assert.deepEqual([phase, conditions], ['Ready', []]);
});

test('a damaged file is a condition of a site that runs on', () => {
  fs.writeFileSync(folders.connectivityFile, 'torn');
  const { phase, conditions } = status(NOW);
  assert.equal(phase, 'Ready');
  assert.deepEqual(
    conditions.map(({ type, status: holds, reason }) => [type, holds, reason]),
    [['ConnectivityKnown', 'False', 'Damaged']],
  );
});

test('a refusal behind the socket is the same refusal in front of it', async () => {
  const standing = { plane: 'hub', mode: 'SemiConnected' } as const;
  const refuse = async (): Promise<never> => {
    refuseUnlessAllowed('site-settings', standing);
    throw new Error('the guard let it pass');
  };
  const verbs = {
    status: refuse,
    ensure: refuse,
    access: refuse,
    watchStart: never,
    stop: never,
    clock: never,
    drills: { begin: never, end: refuse },
    nodeRestart: { begin: refuse, state: refuse },
    usage: never,
    forecast: never,
    dismiss: refuse,
    refused: refuse,
  };
  const server = await serveLines(folders.supervisorSocket, (line) => control(verbs, line));
  try {
    await assert.rejects(callSupervisor(folders, { verb: 'status' }).next(), {
      code: 'Refused',
      details: {
        cure: 'take the local plane: holdfast plane take --reason WHY',
        refusal: {
          operation: 'site-settings',
          ...standing,
          reason: 'the hub owns the settings of the site on this plane, and the link to it is away',
          workaround: 'take the local plane: holdfast plane take --reason WHY',
        },
      },
    });
  } finally {
    await server.close();
  }
});

const never = (): never => {
  throw new Error('nobody asks for this');
};
