// Validation of pods, and of the pod templates in workloads. Source: Kubernetes API, core/v1 PodSpec.
import type { Pod, PodSpec, PodTemplate, PodTemplateSpec } from '../../generated/kinds.ts';
import { IP_RULE, ipFamilyOf } from '../address.ts';
import { oneOf, optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { DNS_NAMESERVERS_MAX, DNS_SEARCH_CHARACTERS_MAX, DNS_SEARCHES_MAX } from '../limits.ts';
import { validateAnnotations, validateLabels } from '../metadata.ts';
import { dnsLabelProblems, dnsSubdomainProblems, type NameRule } from '../names.ts';
import { nonNegative, positive } from '../numbers.ts';
import { validateContainers } from './containers.ts';
import { validateResources } from './resources.ts';
import { validateScheduling } from './scheduling.ts';
import { validatePodSecurityContext } from './security.ts';
import { validateVolumes } from './volume.ts';

const DNS_POLICIES = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];

function named(name: string | undefined, rule: NameRule, field: string, to: Findings): void {
  if (name) for (const problem of rule(name)) to.invalid(field, name, problem);
}

function validateDns(spec: PodSpec, field: string, to: Findings): void {
  oneOf(spec.dnsPolicy, DNS_POLICIES, `${field}.dnsPolicy`, to);
  const { nameservers = [], searches = [], options = [] } = spec.dnsConfig ?? {};
  const at = `${field}.dnsConfig`;
  if (spec.dnsPolicy === 'None' && !spec.dnsConfig)
    to.required(at, 'must provide `dnsConfig` when `dnsPolicy` is None');
  else if (spec.dnsPolicy === 'None' && nameservers.length === 0)
    to.required(`${at}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None');
  if (nameservers.length > DNS_NAMESERVERS_MAX)
    to.invalid(`${at}.nameservers`, nameservers, `must not have more than ${DNS_NAMESERVERS_MAX} nameservers`);
  nameservers.forEach((server, i) => {
    if (!ipFamilyOf(server)) to.invalid(`${at}.nameservers[${i}]`, server, IP_RULE);
  });
  if (searches.length > DNS_SEARCHES_MAX)
    to.invalid(`${at}.searches`, searches, `must not have more than ${DNS_SEARCHES_MAX} search paths`);
  if (searches.join(' ').length > DNS_SEARCH_CHARACTERS_MAX)
    to.invalid(
      `${at}.searches`,
      searches,
      `must not have more than ${DNS_SEARCH_CHARACTERS_MAX} characters (including spaces) in the search list`,
    );
  options.forEach((option, i) => {
    if (!option.name) to.required(`${at}.options[${i}]`, 'must not be empty');
  });
}

function validateIdentity(spec: PodSpec, field: string, to: Findings): void {
  named(spec.serviceAccountName, dnsSubdomainProblems, `${field}.serviceAccountName`, to);
  named(spec.nodeName, dnsSubdomainProblems, `${field}.nodeName`, to);
  named(spec.hostname, dnsLabelProblems, `${field}.hostname`, to);
  named(spec.subdomain, dnsLabelProblems, `${field}.subdomain`, to);
  named(spec.priorityClassName, dnsSubdomainProblems, `${field}.priorityClassName`, to);
  named(spec.runtimeClassName, dnsSubdomainProblems, `${field}.runtimeClassName`, to);
  spec.hostAliases?.forEach((alias, i) => {
    const at = `${field}.hostAliases[${i}]`;
    if (!ipFamilyOf(alias.ip ?? '')) to.invalid(`${at}.ip`, alias.ip, IP_RULE);
    alias.hostnames?.forEach((name, j) => {
      named(name, dnsSubdomainProblems, `${at}.hostnames[${j}]`, to);
    });
  });
  const gates = new Set<string>();
  spec.schedulingGates?.forEach((gate, i) => {
    if (!gate.name) to.required(`${field}.schedulingGates[${i}]`, 'must not be empty');
    if (gates.has(gate.name)) to.duplicate(`${field}.schedulingGates[${i}]`, gate.name);
    gates.add(gate.name);
  });
}

function validateHost(spec: PodSpec, field: string, to: Findings): void {
  if (spec.shareProcessNamespace && spec.hostPID)
    to.invalid(`${field}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled');
  if (spec.hostUsers === false) {
    if (spec.hostPID) to.forbidden(`${field}.hostPID`, 'when `hostUsers` is false');
    if (spec.hostIPC) to.forbidden(`${field}.hostIPC`, 'when `hostUsers` is false');
    if (spec.hostNetwork) to.forbidden(`${field}.hostNetwork`, 'when `hostUsers` is false');
  }
  if (spec.hostNetwork)
    spec.containers?.forEach((container, i) => {
      container.ports?.forEach((port, j) => {
        if (port.hostPort && port.hostPort !== port.containerPort)
          to.invalid(
            `${field}.containers[${i}].ports[${j}].containerPort`,
            port.containerPort,
            'must match `hostPort` when `hostNetwork` is true',
          );
      });
    });
  if (spec.os) oneOf(spec.os.name, ['linux', 'windows'], `${field}.os.name`, to);
}

/** `claimNames`: volumes that a stateful set's claim templates will stand for; one of the pod with such a name gives way. */
export function validatePodSpec(spec: PodSpec, field: string, to: Findings, claimNames: readonly string[] = []): void {
  const volumes = new Map(validateVolumes(spec.volumes, `${field}.volumes`, to));
  for (const name of claimNames) volumes.set(name, { isClaim: true });
  validateContainers({ spec, volumes }, field, to);
  oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], `${field}.restartPolicy`, to);
  validateDns(spec, field, to);
  validateIdentity(spec, field, to);
  validateHost(spec, field, to);
  validateScheduling(spec, field, to);
  validatePodSecurityContext(spec.securityContext, `${field}.securityContext`, spec, to);
  validateResources(spec.resources, `${field}.resources`, to);
  positive(spec.activeDeadlineSeconds, `${field}.activeDeadlineSeconds`, to);
  nonNegative(spec.terminationGracePeriodSeconds, `${field}.terminationGracePeriodSeconds`, to);
  optionalOneOf(spec.preemptionPolicy, ['Never', 'PreemptLowerPriority'], `${field}.preemptionPolicy`, to);
}

export function validatePod(pod: Pod, to: Findings): void {
  if (!pod.spec) {
    to.required('spec');
    return;
  }
  validatePodSpec(pod.spec, 'spec', to);
  if (pod.spec.schedulingGates?.length && pod.spec.nodeName)
    to.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared');
}

/** A pod can only be born without ephemeral containers. */
export function validatePodCreate(pod: Pod, to: Findings): void {
  validatePod(pod, to);
  if (pod.spec?.ephemeralContainers?.length) to.forbidden('spec.ephemeralContainers', 'cannot be set on create');
}

export function validateTemplate(
  template: PodTemplateSpec | undefined,
  field: string,
  to: Findings,
  claimNames: readonly string[] = [],
): void {
  validateLabels(template?.metadata?.labels, `${field}.metadata.labels`, to);
  validateAnnotations(template?.metadata?.annotations, `${field}.metadata.annotations`, to);
  if (!template?.spec) to.required(`${field}.spec`);
  else validatePodSpec(template.spec, `${field}.spec`, to, claimNames);
  if (template?.spec?.ephemeralContainers?.length)
    to.forbidden(`${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template');
}

export function validatePodTemplate(object: PodTemplate, to: Findings): void {
  validateTemplate(object.template, 'template', to);
}
