// Validation of security contexts, of pods and of containers.
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
} from '../../generated/kinds.ts';
import { oneOf, optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';

const ID_MAX = 2 ** 31 - 1;
const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

function identity(value: number | undefined, field: string, to: Findings): void {
  if (value !== undefined && (value < 0 || value > ID_MAX))
    to.invalid(field, value, `must be between 0 and ${ID_MAX}, inclusive`);
}

function profile(given: SeccompProfile | AppArmorProfile | undefined, field: string, to: Findings): void {
  if (!given) return;
  oneOf(given.type, PROFILES, `${field}.type`, to);
  if (given.type === 'Localhost' && !given.localhostProfile)
    to.required(`${field}.localhostProfile`, 'must be set when type is Localhost');
  if (given.type !== 'Localhost' && given.localhostProfile !== undefined)
    to.invalid(`${field}.localhostProfile`, given.localhostProfile, 'can only be set when type is Localhost');
  const path = given.localhostProfile ?? '';
  if (path.startsWith('/') || path.split('/').includes('..'))
    to.invalid(`${field}.localhostProfile`, path, "must be a relative path without '..'");
}

export function validateSecurityContext(
  context: SecurityContext | undefined,
  field: string,
  spec: PodSpec,
  to: Findings,
): void {
  if (!context) return;
  identity(context.runAsUser, `${field}.runAsUser`, to);
  identity(context.runAsGroup, `${field}.runAsGroup`, to);
  profile(context.seccompProfile, `${field}.seccompProfile`, to);
  profile(context.appArmorProfile, `${field}.appArmorProfile`, to);
  optionalOneOf(context.procMount, ['Default', 'Unmasked'], `${field}.procMount`, to);
  if (context.procMount === 'Unmasked' && spec.hostUsers !== false)
    to.invalid(`${field}.procMount`, context.procMount, '`hostUsers` must be false to use `Unmasked`');
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged)
      to.invalid(field, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
    if (context.capabilities?.add?.some((c) => c === 'SYS_ADMIN' || c === 'CAP_SYS_ADMIN'))
      to.invalid(field, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN');
  }
}

export function validatePodSecurityContext(
  context: PodSecurityContext | undefined,
  field: string,
  spec: PodSpec,
  to: Findings,
): void {
  if (!context) return;
  identity(context.runAsUser, `${field}.runAsUser`, to);
  identity(context.runAsGroup, `${field}.runAsGroup`, to);
  identity(context.fsGroup, `${field}.fsGroup`, to);
  context.supplementalGroups?.forEach((group, i) => {
    identity(group, `${field}.supplementalGroups[${i}]`, to);
  });
  profile(context.seccompProfile, `${field}.seccompProfile`, to);
  profile(context.appArmorProfile, `${field}.appArmorProfile`, to);
  optionalOneOf(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], `${field}.fsGroupChangePolicy`, to);
  optionalOneOf(context.supplementalGroupsPolicy, ['Merge', 'Strict'], `${field}.supplementalGroupsPolicy`, to);
  validateSysctls(context, field, spec, to);
}

function validateSysctls(context: PodSecurityContext, field: string, spec: PodSpec, to: Findings): void {
  const seen = new Set<string>();
  context.sysctls?.forEach((sysctl, i) => {
    const at = `${field}.sysctls[${i}].name`;
    const name = sysctl.name?.replaceAll('/', '.') ?? '';
    if (!name) to.required(at);
    else if (name.length > 253 || !SYSCTL.test(sysctl.name))
      to.invalid(
        at,
        sysctl.name,
        'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
      );
    else if (seen.has(name)) to.duplicate(at, name);
    if (spec.hostNetwork && name.startsWith('net.'))
      to.invalid(at, name, "may not be specified when 'hostNetwork' is true");
    seen.add(name);
  });
}
