// Validation of a pod's lists of containers: what each kind may have, and what must be unique among all of them.
import type { Container, EphemeralContainer } from '../../generated/kinds.ts';
import { optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { type PodContext, validateContainer, validateProbes } from './container.ts';

const NEVER_EPHEMERAL = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
] as const;

function validateInitContainer(container: Container, at: string, context: PodContext, to: Findings): void {
  validateContainer(container, at, context, to);
  optionalOneOf(container.restartPolicy, ['Always', 'Never', 'OnFailure'], `${at}.restartPolicy`, to);
  // One that always restarts is a sidecar, and has probes like a main container.
  if (container.restartPolicy === 'Always') {
    validateProbes(container, at, to);
    return;
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const)
    if (container[probe])
      to.forbidden(`${at}.${probe}`, `may not be set for init containers without restartPolicy=Always`);
}

function validateEphemeral(container: EphemeralContainer, at: string, context: PodContext, to: Findings): void {
  validateContainer(container, at, context, to);
  for (const field of NEVER_EPHEMERAL)
    if (container[field] !== undefined) to.forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container');
  if (container.resources && Object.keys(container.resources).length)
    to.forbidden(`${at}.resources`, 'cannot be set for an Ephemeral Container');
  container.volumeMounts?.forEach((mount, i) => {
    if (mount.subPath) to.forbidden(`${at}.volumeMounts[${i}].subPath`, 'cannot be set for an Ephemeral Container');
  });
  const { targetContainerName: target } = container;
  const known = [...(context.spec.containers ?? []), ...(context.spec.initContainers ?? [])];
  if (target && !known.some((other) => other.name === target)) to.notFound(`${at}.targetContainerName`, target);
}

function validateHostPorts(containers: readonly Container[], field: string, to: Findings): void {
  const taken = new Set<string>();
  containers.forEach((container, i) => {
    container.ports?.forEach((port, j) => {
      if (!port.hostPort) return;
      const key = `${port.hostIP ?? ''}/${port.protocol}/${port.hostPort}`;
      if (taken.has(key)) to.duplicate(`${field}[${i}].ports[${j}].hostPort`, key.slice(1));
      taken.add(key);
    });
  });
}

/** All containers of a pod; `field` is the path of its spec. */
export function validateContainers(context: PodContext, field: string, to: Findings): void {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = context.spec;
  const names = new Set<string>();
  const unique = (name: string, at: string) => {
    if (name && names.has(name)) to.duplicate(`${at}.name`, name);
    names.add(name);
  };
  if (containers.length === 0) to.required(`${field}.containers`);
  containers.forEach((container, i) => {
    const at = `${field}.containers[${i}]`;
    validateContainer(container, at, context, to);
    validateProbes(container, at, to);
    optionalOneOf(container.restartPolicy, ['Always', 'Never', 'OnFailure'], `${at}.restartPolicy`, to);
    unique(container.name, at);
  });
  initContainers.forEach((container, i) => {
    const at = `${field}.initContainers[${i}]`;
    validateInitContainer(container, at, context, to);
    unique(container.name, at);
  });
  ephemeralContainers.forEach((container, i) => {
    const at = `${field}.ephemeralContainers[${i}]`;
    validateEphemeral(container, at, context, to);
    unique(container.name, at);
  });
  validateHostPorts(containers, `${field}.containers`, to);
}
