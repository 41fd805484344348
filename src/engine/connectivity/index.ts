// The door of the connectivity engine.
export {
  type ConnectivityAction,
  type ConnectivityChange,
  type ConnectivityEvent,
  type ConnectivityState,
  type ConnectivityStep,
  connectivityStart,
  connectivityStep,
  standingOf,
} from './connectivity.ts';
export { type ConnectivityFacts, connectivityFacts, graceDaysLeft } from './facts.ts';
export { CONNECTIVITY_DEFAULTS, type ConnectivitySettings } from './limits.ts';
export { connectivityParse, connectivityText } from './parse.ts';
export { connectivitySettings } from './settings.ts';
