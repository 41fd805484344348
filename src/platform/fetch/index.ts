// The door of the fetch room.
export { type Fetched, type FetchOptions, fetchStream } from './fetch.ts';
