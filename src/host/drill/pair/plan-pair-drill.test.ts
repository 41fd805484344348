// What drills of two nodes are refused for, each by name and before anything is done: a site of one node, one that does not run, is not whole,
// or has a drill already.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { WorldError } from '#base';
import {
  DEFAULT_PORTS,
  type PairDrillName,
  planNetwork,
  planPair,
  type Site,
  type SiteCondition,
  type SiteFolders,
} from '#model/site';
import { fakeClock } from '#platform/clock';
import { testFolder } from '#platform/process';
import { serveLines } from '#platform/socket';
import { labFolder, labIfPresent, labNodes, writeLab } from '../../lab/lab-file.ts';
import { planSite } from '../../site.plan.ts';
import { writeSite } from '../../site-file.ts';
import { planPairDrill } from './plan-pair-drill.ts';

const root = testFolder('pairplan');
after(() => fs.rmSync(root, { recursive: true }));
const choice = planNetwork([]);
assert.ok(choice.kind === 'chosen');
const { network } = choice;

function siteOf(data: string, nodes: 1 | 2): Site {
  return planSite({
    ...{ wishes: { name: 'ship' }, id: 'abc123', network, createdAt: '2030-01-01T00:00:00Z', ports: DEFAULT_PORTS },
    ...(nodes === 2 && { pair: planPair(network.subnet, (voter) => labFolder(data, voter)) }),
    node: { cores: 2, memoryBytes: 4 * 2 ** 30 },
  });
}

function folder(name: string): string {
  const data = path.join(root, name);
  fs.mkdirSync(data);
  return data;
}

function lab(name: string): { data: string; first: SiteFolders; second: SiteFolders } {
  const data = folder(name);
  writeLab(data, siteOf(data, 2));
  const nodes = labNodes(data, labIfPresent(data) ?? assert.fail('a lab was written'));
  for (const { folders, site } of nodes) {
    for (const below of ['run', 'state']) fs.mkdirSync(path.join(folders.data, below), { recursive: true });
    writeSite(folders, site);
  }
  const [first, second] = nodes.map(({ folders }) => folders);
  return { data, first: first ?? assert.fail(), second: second ?? assert.fail() };
}

/** A holdfastd that answers every question with this status. */
const answering = (folders: SiteFolders, conditions: readonly Partial<SiteCondition>[]) =>
  serveLines(folders.supervisorSocket, async function* () {
    yield { kind: 'status', status: { phase: 'Ready', nodes: [], conditions } };
  });

async function refused(data: string, drill: PairDrillName, node?: string): Promise<string> {
  try {
    await planPairDrill({ drill, data, clock: fakeClock(0), ...(node !== undefined && { node }) });
  } catch (error) {
    assert.ok(error instanceof WorldError, String(error));
    return `${error.code}: ${error.message}`;
  }
  return assert.fail('it was not refused');
}

test('a site of one node has no such drills, whatever else is the matter', async () => {
  const data = folder('one');
  const site = siteOf(data, 1);
  fs.writeFileSync(path.join(data, 'site.json'), JSON.stringify(site));
  for (const drill of ['node-loss', 'wire-cut', 'witness-loss'] as const)
    assert.match(await refused(data, drill), /^Unsupported: .* needs a site of two nodes; ship has one, whose loss/);
});

test('a lab that a node has left is a site of one node', async () => {
  const { data, first } = lab('left');
  const { pair: _, ...alone } = siteOf(data, 2);
  writeLab(data, alone);
  writeSite(first, alone);
  assert.match(await refused(data, 'wire-cut'), /^Unsupported: .* needs a site of two nodes; ship has one/);
});

test('a folder of one of the nodes is not the lab', async () => {
  const { first } = lab('two');
  assert.match(await refused(first.data, 'node-loss'), /^Unsupported: node-loss needs both nodes in one place/);
});

test('a site that does not run, a node named to a drill that chooses none', async () => {
  const { data } = lab('away');
  assert.match(await refused(data, 'wire-cut'), /^Unavailable: the site in .* does not run/);
  assert.match(await refused(data, 'wire-cut', 'node-a'), /^Invalid: --node belongs to node-loss/);
});

test('a site that is not Redundant, or does not know whether it is, and one with a drill', async () => {
  const { data, first, second } = lab('run');
  for (const [conditions, said] of [
    [[], /^Conflict: the site is not Redundant: that is not known yet/],
    [[{ type: 'Redundant', status: 'False', message: 'wanting is a vote' }], /^Conflict: .*: wanting is a vote/],
  ] as const) {
    const server = await answering(first, conditions);
    assert.match(await refused(data, 'node-loss'), said);
    await server.close();
  }
  const server = await answering(first, [{ type: 'Redundant', status: 'True' }]);
  fs.writeFileSync(second.drillFile, '{}');
  assert.match(await refused(data, 'witness-loss'), /^Conflict: a drill runs on this site, kept by node-b/);
  await server.close();
});
