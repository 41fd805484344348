// The door of the service proxy.
export { type ServiceProxy, type ServiceProxyOptions, startServiceProxy } from './start.ts';
