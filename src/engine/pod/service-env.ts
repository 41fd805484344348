// The variables by which a pod finds the services of its namespace. Source: Kubernetes, "Discovering services", environment variables.
import type { Service } from '#model/kube';

/** Variables for the services of `namespace` (when `links`), and always for the API server's service. */
export function serviceEnv(
  services: readonly Service[],
  options: { namespace: string; links: boolean },
): Record<string, string> {
  const chosen = services.filter((service) => {
    const { name, namespace } = service.metadata ?? {};
    if (!service.spec?.clusterIP || service.spec.clusterIP === 'None') return false;
    return (options.links && namespace === options.namespace) || (namespace === 'default' && name === 'kubernetes');
  });
  const env: Record<string, string> = {};
  // The master service comes last, so that a service of the same name cannot stand in for it.
  for (const service of chosen.toSorted((a, b) => rank(a) - rank(b))) Object.assign(env, variables(service));
  return env;
}

function rank(service: Service): number {
  return service.metadata?.namespace === 'default' && service.metadata.name === 'kubernetes' ? 1 : 0;
}

function variables(service: Service): Record<string, string> {
  const prefix = (service.metadata?.name ?? '').toUpperCase().replaceAll('-', '_');
  const host = service.spec?.clusterIP ?? '';
  const env: Record<string, string> = { [`${prefix}_SERVICE_HOST`]: host };
  for (const [index, port] of (service.spec?.ports ?? []).entries()) {
    const protocol = port.protocol ?? 'TCP';
    const url = `${protocol.toLowerCase()}://${host}:${port.port}`;
    if (index === 0) Object.assign(env, { [`${prefix}_SERVICE_PORT`]: String(port.port), [`${prefix}_PORT`]: url });
    if (port.name) env[`${prefix}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`] = String(port.port);
    const base = `${prefix}_PORT_${port.port}_${protocol.toUpperCase()}`;
    Object.assign(env, {
      [base]: url,
      [`${base}_PROTO`]: protocol.toLowerCase(),
      [`${base}_PORT`]: String(port.port),
      [`${base}_ADDR`]: host,
    });
  }
  return env;
}
