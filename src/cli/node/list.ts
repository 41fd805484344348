// `node list`: the nodes of the site, who controls, and what stands on them.
import { clockOfFolder, siteStatus } from '#host';
import type { SiteStatus } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';

function nodesText({ outPaint: paint }: Context, { nodes, machines, forecast }: SiteStatus): string {
  const survived = (name: string): string => {
    const survives = forecast?.survivesLossOf[name];
    return survives === undefined ? '' : survives ? paint.good('survived') : paint.bad('not survived');
  };
  const rows = nodes.map(({ name, address, ready, holdsControl }) => [
    name,
    address,
    ready ? paint.good('ready') : paint.warn('not ready'),
    holdsControl ? 'yes' : '',
    machines
      .filter(({ node }) => node === name)
      .map((machine) => machine.name)
      .join(', '),
    survived(name),
  ]);
  return `${table(['node', 'address', 'state', 'control', 'machines', 'its loss'], rows, paint)}\n`;
}

export function nodeListVerb(context: Context): Verb {
  return {
    declaration: declare(
      'list',
      'the nodes of the site: which controls, and what stands on them',
      'holdfast node list',
    ),
    operation: 'node-list',
    async run(given) {
      const options = given as CommonOptions;
      const data = context.dataOf(options);
      const status = await siteStatus({ data, clock: clockOfFolder(data, context.clock) });
      if (options.json) {
        const { nodes, machines } = status;
        const on = (node: string) => machines.filter((machine) => machine.node === node).map(({ name }) => name);
        context.printJson({ nodes: nodes.map((node) => ({ ...node, machines: on(node.name) })) });
      } else context.out.write(nodesText(context, status));
      return EXIT.done;
    },
  };
}
