// Defaults of a service, of its ports and its address families.
import type { Service, ServiceSpec } from '../../generated/kinds.ts';

const CLIENT_IP_SECONDS = 10_800;
const ADDRESSED: readonly (string | undefined)[] = ['ClusterIP', 'NodePort', 'LoadBalancer'];

/** The cluster has one family, so a service that asks for two where it may gets one. */
function defaultFamilies(spec: ServiceSpec): void {
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
  // The older singular field and the first of the plural one always say the same.
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
}

/** Source: Kubernetes API, core/v1 Service. */
export function defaultService(service: Service): void {
  const spec = service.spec;
  if (!spec) return;
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP') {
    spec.sessionAffinityConfig ??= {};
    spec.sessionAffinityConfig.clientIP ??= {};
    spec.sessionAffinityConfig.clientIP.timeoutSeconds ??= CLIENT_IP_SECONDS;
  }
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    port.targetPort ||= port.port;
  }
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || Boolean(spec.externalIPs?.length);
  if (external && spec.type !== 'ExternalName') spec.externalTrafficPolicy ||= 'Cluster';
  if (ADDRESSED.includes(spec.type)) {
    spec.internalTrafficPolicy ||= 'Cluster';
    defaultFamilies(spec);
  }
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
}
