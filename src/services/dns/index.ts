// The door of the DNS service.
export { type DnsOptions, startDns } from './start.ts';
export { serversOf } from './upstream.ts';
