// The door of the controllers.
export { type ControllersOptions, type RunningControllerSet, startControllers } from './start-controllers.ts';
