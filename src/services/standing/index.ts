// The door of the standing service.
export { standingController } from './standing.controller.ts';
export { standingGauges } from './standing.gauges.ts';
export { type Shown, type StandingSource, standingSource } from './standing-source.ts';
