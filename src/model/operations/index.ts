// The door of the operations catalogue.
export { OPERATIONS } from './catalogue.ts';
export { operationNamed, refusalOf, refuseUnlessAllowed, verdictOf } from './guard.ts';
export {
  AREAS,
  NAME_LENGTH_MAX,
  NO_WORKAROUND,
  type Operation,
  type Ruling,
  type Rulings,
  sourceText,
  VERDICTS,
  type Verdict,
} from './operation.ts';
