// The door of the API server room.
export type * from './contract.ts';
export { ObjectIndex, objectIndex } from './objects/object-index.ts';
export { type ApiServer, type ApiServerOptions, startApiServer } from './server.ts';
