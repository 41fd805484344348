// Validation of containers: of the main, init and ephemeral kind.
import type { Container, ContainerPort, EphemeralContainer, PodSpec, VolumeMount } from '../../generated/kinds.ts';
import { oneOf, optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { dnsLabelProblems, portNameProblems } from '../names.ts';
import { portNumber } from '../numbers.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import { validateLifecycle, validateProbe } from './probe.ts';
import { validateResources } from './resources.ts';
import { validateSecurityContext } from './security.ts';

export interface PodContext {
  readonly spec: PodSpec;
  /** Volume name to whether it is a claim (whose device a container may use raw). */
  readonly volumes: ReadonlyMap<string, { readonly isClaim: boolean }>;
}

type AnyContainer = Container | EphemeralContainer;

const PULL = ['Always', 'IfNotPresent', 'Never'];
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const PROPAGATION = ['Bidirectional', 'HostToContainer', 'None'];

function validatePorts(ports: readonly ContainerPort[] | undefined, field: string, to: Findings): void {
  const names = new Set<string>();
  ports?.forEach((port, i) => {
    const at = `${field}[${i}]`;
    if (port.name) {
      const problems = portNameProblems(port.name);
      for (const problem of problems) to.invalid(`${at}.name`, port.name, problem);
      if (problems.length === 0 && names.has(port.name)) to.duplicate(`${at}.name`, port.name);
      names.add(port.name);
    }
    if (!port.containerPort) to.required(`${at}.containerPort`);
    else portNumber(port.containerPort, `${at}.containerPort`, to);
    if (port.hostPort) portNumber(port.hostPort, `${at}.hostPort`, to);
    oneOf(port.protocol, PROTOCOLS, `${at}.protocol`, to);
  });
}

const isBackstep = (path: string) => path.startsWith('/') || path.split('/').includes('..');

function validateMount(
  mount: VolumeMount,
  at: string,
  { volumes, privileged }: Pick<PodContext, 'volumes'> & { readonly privileged: boolean },
  to: Findings,
): void {
  if (!mount.name) to.required(`${at}.name`);
  else if (!volumes.has(mount.name)) to.notFound(`${at}.name`, mount.name);
  if (!mount.mountPath) to.required(`${at}.mountPath`);
  else if (mount.mountPath.includes(':')) to.invalid(`${at}.mountPath`, mount.mountPath, "must not contain ':'");
  if (mount.subPath && isBackstep(mount.subPath))
    to.invalid(`${at}.subPath`, mount.subPath, "must be a relative path, must not contain '..'");
  if (mount.subPathExpr && mount.subPath)
    to.invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive');
  optionalOneOf(mount.mountPropagation, PROPAGATION, `${at}.mountPropagation`, to);
  if (mount.mountPropagation === 'Bidirectional' && !privileged)
    to.forbidden(
      `${at}.mountPropagation`,
      'Bidirectional mount propagation is available only to privileged containers',
    );
  optionalOneOf(mount.recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible'], `${at}.recursiveReadOnly`, to);
}

function validateMounts(container: AnyContainer, field: string, context: PodContext, to: Findings): void {
  const paths = new Set<string>();
  const allowed = { volumes: context.volumes, privileged: container.securityContext?.privileged ?? false };
  container.volumeMounts?.forEach((mount, i) => {
    const at = `${field}.volumeMounts[${i}]`;
    validateMount(mount, at, allowed, to);
    if (mount.mountPath && paths.has(mount.mountPath)) to.invalid(`${at}.mountPath`, mount.mountPath, 'must be unique');
    paths.add(mount.mountPath);
  });
  container.volumeDevices?.forEach((device, i) => {
    const at = `${field}.volumeDevices[${i}]`;
    const volume = context.volumes.get(device.name);
    if (!device.name) to.required(`${at}.name`);
    else if (!volume) to.notFound(`${at}.name`, device.name);
    else if (!volume.isClaim)
      to.invalid(
        `${at}.name`,
        device.name,
        'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
      );
    if (!device.devicePath) to.required(`${at}.devicePath`);
    else if (paths.has(device.devicePath)) to.invalid(`${at}.devicePath`, device.devicePath, 'must be unique');
  });
}

/** What holds for a container of any kind. */
export function validateContainer(container: AnyContainer, field: string, context: PodContext, to: Findings): void {
  if (!container.name) to.required(`${field}.name`);
  else for (const problem of dnsLabelProblems(container.name)) to.invalid(`${field}.name`, container.name, problem);
  if (!container.image) to.required(`${field}.image`);
  else if (container.image !== container.image.trim())
    to.invalid(`${field}.image`, container.image, 'must not have leading or trailing whitespace');
  oneOf(container.imagePullPolicy, PULL, `${field}.imagePullPolicy`, to);
  optionalOneOf(
    container.terminationMessagePolicy,
    ['FallbackToLogsOnError', 'File'],
    `${field}.terminationMessagePolicy`,
    to,
  );
  validatePorts(container.ports, `${field}.ports`, to);
  validateEnv(container.env, `${field}.env`, to);
  validateEnvFrom(container.envFrom, `${field}.envFrom`, to);
  validateMounts(container, field, context, to);
  validateResources(container.resources, `${field}.resources`, to);
  validateSecurityContext(container.securityContext, `${field}.securityContext`, context.spec, to);
}

export function validateProbes(container: Container, field: string, to: Findings): void {
  validateLifecycle(container.lifecycle, `${field}.lifecycle`, to);
  validateProbe(container.livenessProbe, `${field}.livenessProbe`, to, { single: true });
  validateProbe(container.readinessProbe, `${field}.readinessProbe`, to, { single: false });
  validateProbe(container.startupProbe, `${field}.startupProbe`, to, { single: true });
}
