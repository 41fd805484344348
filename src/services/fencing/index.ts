// The door of the fencing service.
export { keepRefusals, type Refusals, type RefusalsOptions } from './keep-refusals.ts';
export { type RefusableNode, type RefusalFacts, refusalRules } from './refusals.plan.ts';
