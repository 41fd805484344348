// The door of the host facts room.
export { type DiskSpace, diskSpace, type HostFacts, readHostFacts } from './host-facts.ts';
