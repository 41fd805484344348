// What a drill of two nodes is about to do, once nothing speaks against it: the site is whole, no drill runs, and it is known who controls.
import { present, WorldError } from '#base';
import type { DrillName, PairDrillName, PairForecast, SiteStatus } from '#model/site';
import type { Clock } from '#platform/clock';
import { isPresent } from '#platform/disk';
import { type Lab, type LabNode, labIfPresent, labNodes } from '../../lab/lab-file.ts';
import { nodeForecast } from '../../node-forecast.ts';
import { openSite } from '../../site-file.ts';
import type { Drilling } from '../drilling.ts';
import { refuseNamespace, refuseUnlessWell } from '../refusals.ts';

export interface PairPlan {
  readonly drill: PairDrillName;
  readonly lab: Lab;
  readonly nodes: readonly LabNode[];
  readonly witness: LabNode;
  readonly controller: string;
  /** The node that is lost, where that is known before. */
  readonly lost?: string;
  /** Its holdfastd writes the drill down and puts everything back: nothing befalls it. */
  readonly keeper: LabNode;
  readonly forecast: PairForecast;
}

export interface PairDrilling extends Drilling {
  readonly plan: PairPlan;
}

export type PairActs = (drilling: PairDrilling) => Promise<void>;

interface Asked {
  readonly drill: PairDrillName;
  readonly data: string;
  readonly node?: string;
  /** The site's time. */
  readonly clock: Clock;
}

const conflict = (message: string, cure: string): WorldError => new WorldError('Conflict', message, { cure });

/** Errors: WorldError `Unsupported` for a site of one node, or of two machines; `Invalid`, `Conflict`, and those of a site that does not run. */
export async function planPairDrill(of: Asked): Promise<PairPlan> {
  const { drill, data, node, clock } = of;
  const lab = labOf(of);
  if (drill !== 'node-loss') refuseNode(drill, node);
  const { folders } = openSite(data);
  const status = await refuseUnlessWell(folders, data);
  refuseUnlessWhole(status);
  const [first, second, witness] = labNodes(data, lab);
  const nodes = [present(first, 'a lab has nodes'), present(second, 'a lab has two nodes')];
  const busy = nodes.find((one) => isPresent(one.folders.drillFile));
  if (busy)
    throw conflict(
      `a drill runs on this site, kept by ${busy.name}`,
      'wait until it has ended: holdfast events --follow',
    );
  await refuseNamespace({ folders, clock });
  const controller = status.nodes.find(({ holdsControl }) => holdsControl)?.name;
  const forecast = await nodeForecast(data);
  if (controller === undefined || forecast.kind !== 'pair' || !forecast.forecast.whole)
    throw conflict(
      'it is not known what the loss of a node would cost now',
      'see what it waits for: holdfast node forecast',
    );
  const lost = drill === 'node-loss' ? lostNode(nodes, controller, node) : undefined;
  const keeper = nodes.find(({ name }) => (lost === undefined ? name === controller : name !== lost));
  return {
    ...{ drill, lab, nodes, controller, forecast: forecast.forecast },
    witness: present(witness, 'a lab has a witness'),
    keeper: present(keeper, 'one of two nodes is not lost'),
    ...(lost !== undefined && { lost }),
  };
}

/** Errors: WorldError `Invalid` when a node is named to a drill that chooses none. */
export function refuseNode(drill: DrillName, node: string | undefined): void {
  if (node === undefined) return;
  throw new WorldError('Invalid', `--node belongs to node-loss; ${drill} chooses no node`, {
    cure: 'leave --node out',
  });
}

function labOf({ drill, data }: Asked): Lab {
  const lab = labIfPresent(data);
  if (lab?.site.pair) return lab;
  const { site } = openSite(data);
  throw site.pair
    ? new WorldError(
        'Unsupported',
        `${drill} needs both nodes in one place, as in a lab; ${data} is the folder of one of them`,
        {
          cure: 'run it on the folder of the lab, or take the power or the cable away by hand',
        },
      )
    : new WorldError(
        'Unsupported',
        `${drill} needs a site of two nodes; ${site.name} has one, whose loss is the loss of the site`,
        {
          cure: 'try it in a lab: holdfast up --nodes 2 --data DIR',
        },
      );
}

function refuseUnlessWhole({ conditions }: SiteStatus): void {
  const redundant = conditions.find(({ type }) => type === 'Redundant');
  if (redundant?.status !== 'True')
    throw conflict(
      `the site is not Redundant: ${redundant?.message ?? 'that is not known yet'}`,
      'wait until holdfast status says that it is: the fault of a drill would come on top',
    );
}

function lostNode(nodes: readonly LabNode[], controller: string, named: string | undefined): string {
  const names = nodes.map(({ name }) => name);
  if (named !== undefined && !names.includes(named))
    throw new WorldError('Invalid', `there is no node ${named}`, {
      cure: named === 'witness' ? 'for the witness: holdfast drill run witness-loss' : `choose ${names.join(' or ')}`,
    });
  return (
    named ??
    present(
      names.find((name) => name !== controller),
      'one of two nodes does not control',
    )
  );
}
