// Whether a pod that is about to be created would break the forecast. Judged only while both nodes are there: after a loss every pod must be
// able to start. Pods of the system and of daemon sets are let in always, and so is a pod that could not run now anyway.
import { type Breach, breachBy, budgetBreachBy, isDaemon, STAYS_ANNOTATION } from '#engine/scheduling';
import type { Pod } from '#model/kube';
import { REPLICATED_CLASS } from '#model/site';
import type { LiveView } from './live-view.ts';

const MORE = 'or let such pods in with a warning: holdfast settings set forecastBreach=warn';
const MARK = `mark pods that may be away until their node is back with the annotation ${STAYS_ANNOTATION}=true, ${MORE}`;
const CURE = `ask for less, make room, ${MARK}`;
const VOLUME_CURE = `keep the data on a volume of class ${REPLICATED_CLASS}, which both nodes have, ${MARK}`;
const BUDGET_CURE = `ask for less, make room, raise the budget: holdfast settings set nodeBudgetPercent=N, ${MORE}`;

const SYSTEM_NAMESPACE = 'kube-system';

export interface Judging {
  readonly live: LiveView;
  /** The nodes of the pair. */
  readonly nodes: readonly string[];
  budgetPercent(): number;
}

/** What it would break, in clauses for people; undefined when nothing. */
export function judgePod({ live, nodes, budgetPercent }: Judging, pod: Pod): readonly string[] | undefined {
  if (!live.isSynced || pod.metadata?.namespace === SYSTEM_NAMESPACE) return undefined;
  const looked = live.look();
  const info = live.infoOf(pod);
  if (!looked.whole || isDaemon(info)) return undefined;
  const asked = live.placeOf(info, looked);
  if (!asked) return undefined;
  const breach = breachBy(looked.view, asked, nodes) ?? budgetBreachBy(looked.view, asked, budgetPercent());
  return breach && [...breach.clauses, cureOf(breach)];
}

function cureOf({ clauses, isBudget }: Breach): string {
  if (isBudget) return BUDGET_CURE;
  return clauses.some((clause) => clause.includes('volume node affinity conflict')) ? VOLUME_CURE : CURE;
}
