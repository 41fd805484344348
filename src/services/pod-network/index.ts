// The door of the pod network.
export { type PodNetwork, type PodNetworkOptions, startPodNetwork } from './start.ts';
