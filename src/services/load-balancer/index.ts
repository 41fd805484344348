// The door of the load balancer.
export { type LoadBalancerOptions, loadBalancerController } from './load-balancer.controller.ts';
