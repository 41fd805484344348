// The door of the drills service.
export { type DrillKeeper, type DrillKeeping, keepDrills } from './keep-drills.ts';
