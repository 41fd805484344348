// The door of the desired state.
export type { DesiredApplier, DesiredEvent, DesiredOptions, DesiredStanding } from './contract.ts';
export { startDesiredState } from './desired-state.controller.ts';
export { broughtInto } from './inventory.ts';
export type { SettingsDoor } from './settings.ts';
