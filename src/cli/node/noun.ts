// The verbs of `node`, in the order in which help shows them.
import { nodeForecastVerb } from './forecast.ts';
import { nodeLeaveVerb } from './leave.ts';
import { nodeListVerb } from './list.ts';
import { nodeRestartVerb } from './restart.ts';

export const NODE_NOUN = {
  name: 'node',
  description: 'the nodes of the site, and what the loss of each would cost',
  verbs: [nodeListVerb, nodeForecastVerb, nodeRestartVerb, nodeLeaveVerb],
};
