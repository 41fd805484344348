// The door of the client room.
export type * from './contract.ts';
export { ApiError } from './contract.ts';
export { type HttpClient, type HttpClientOptions, httpClient } from './http-client.ts';
export { resourceOf } from './resources.ts';
export { isStoreFull } from './store-full.ts';
