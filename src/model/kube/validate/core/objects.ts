// Validation of the smaller core kinds.

import { quantityNanos } from '#base';
import type {
  Endpoints,
  Event,
  LimitRange,
  LimitRangeItem,
  Node,
  ReplicationController,
  ResourceQuota,
} from '../../generated/kinds.ts';
import { labelMapMatcherOf } from '../../selector/label-selector.ts';
import { qualifiedNameProblems } from '../../selector/label-syntax.ts';
import { CIDR_RULE, IP_RULE, ipFamilyOf, isCidr } from '../address.ts';
import type { Findings } from '../finding.ts';
import { nonNegative, oneOf, portNumber, quantity } from '../rules.ts';
import { validateTemplate } from './pod.ts';

const EFFECTS = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];

export function validateNode(node: Node, to: Findings): void {
  const seen = new Set<string>();
  node.spec?.taints?.forEach((taint, i) => {
    const at = `spec.taints[${i}]`;
    for (const problem of qualifiedNameProblems(taint.key ?? '')) to.invalid(`${at}.key`, taint.key, problem);
    oneOf(taint.effect, EFFECTS, `${at}.effect`, to);
    const key = `${taint.key}/${taint.effect}`;
    if (seen.has(key)) to.duplicate(at, taint);
    seen.add(key);
  });
  node.spec?.podCIDRs?.forEach((range, i) => {
    if (!isCidr(range)) to.invalid(`spec.podCIDRs[${i}]`, range, CIDR_RULE);
  });
  for (const kind of ['capacity', 'allocatable'] as const)
    for (const name in node.status?.[kind]) quantity(node.status?.[kind]?.[name], `status.${kind}[${name}]`, to);
}

export function validateNodeUpdate(node: Node, old: Node, to: Findings): void {
  const { podCIDR, providerID } = old.spec ?? {};
  if (podCIDR && node.spec?.podCIDR !== podCIDR)
    to.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid');
  if (providerID && node.spec?.providerID !== providerID)
    to.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid');
}

export function validateReplicationController(controller: ReplicationController, to: Findings): void {
  const spec = controller.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  nonNegative(spec.replicas, 'spec.replicas', to);
  nonNegative(spec.minReadySeconds, 'spec.minReadySeconds', to);
  if (!Object.keys(spec.selector ?? {}).length) to.required('spec.selector');
  if (!spec.template) {
    to.required('spec.template');
    return;
  }
  if (!labelMapMatcherOf(spec.selector).matches(spec.template.metadata?.labels))
    to.invalid(
      'spec.template.metadata.labels',
      spec.template.metadata?.labels ?? {},
      '`selector` does not match template `labels`',
    );
  validateTemplate(spec.template, 'spec.template', to);
  const policy = spec.template.spec?.restartPolicy;
  if (policy !== 'Always') to.notSupported('spec.template.spec.restartPolicy', policy, ['Always']);
}

export function validateEndpoints(endpoints: Endpoints, to: Findings): void {
  endpoints.subsets?.forEach((subset, i) => {
    const at = `subsets[${i}]`;
    if (!subset.addresses?.length && !subset.notReadyAddresses?.length)
      to.required(at, 'must specify `addresses` or `notReadyAddresses`');
    for (const kind of ['addresses', 'notReadyAddresses'] as const)
      subset[kind]?.forEach((address, j) => {
        if (!ipFamilyOf(address.ip ?? '')) to.invalid(`${at}.${kind}[${j}].ip`, address.ip, IP_RULE);
      });
    subset.ports?.forEach((port, j) => {
      portNumber(port.port, `${at}.ports[${j}].port`, to);
      oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${at}.ports[${j}].protocol`, to);
      if (!port.name && (subset.ports?.length ?? 0) > 1) to.required(`${at}.ports[${j}].name`);
    });
  });
}

/** An event stands in the namespace of what it is about; of a cluster-wide thing, in "default" or "kube-system". */
export function validateEvent(event: Event, to: Findings): void {
  const about = event.involvedObject?.namespace ?? '';
  const namespace = event.metadata?.namespace;
  if (about ? about !== namespace : namespace !== 'default' && namespace !== 'kube-system')
    to.invalid('involvedObject.namespace', about, 'does not match event.namespace');
}

function validateLimit(item: LimitRangeItem, at: string, to: Findings): void {
  const names = new Set(Object.keys({ ...item.min, ...item.max, ...item.default, ...item.defaultRequest }));
  for (const name of names) {
    const nanos = (kind: 'min' | 'max' | 'default' | 'defaultRequest') =>
      item[kind]?.[name] === undefined ? undefined : quantityNanos(item[kind][name] ?? 0);
    const above = (low: bigint | undefined, high: bigint | undefined) =>
      low !== undefined && high !== undefined && low > high;
    if (above(nanos('min'), nanos('max')))
      to.invalid(`${at}.min[${name}]`, item.min?.[name], 'min value is greater than max value');
    if (above(nanos('defaultRequest'), nanos('default')))
      to.invalid(
        `${at}.defaultRequest[${name}]`,
        item.defaultRequest?.[name],
        'default request value is greater than default limit value',
      );
    if (above(nanos('default'), nanos('max')))
      to.invalid(`${at}.default[${name}]`, item.default?.[name], 'default value is greater than max value');
    if (above(nanos('min'), nanos('default')))
      to.invalid(`${at}.default[${name}]`, item.min?.[name], 'min value is greater than default value');
  }
}

export function validateLimitRange(range: LimitRange, to: Findings): void {
  const types = new Set<string>();
  range.spec?.limits?.forEach((item, i) => {
    const at = `spec.limits[${i}]`;
    if (!item.type) to.required(`${at}.type`);
    else if (types.has(item.type)) to.duplicate(`${at}.type`, item.type);
    types.add(item.type);
    validateLimit(item, at, to);
  });
}

export function validateResourceQuota(quota: ResourceQuota, to: Findings): void {
  for (const name in quota.spec?.hard) {
    for (const problem of qualifiedNameProblems(name)) to.invalid(`spec.hard[${name}]`, name, problem);
    quantity(quota.spec?.hard?.[name], `spec.hard[${name}]`, to);
  }
  quota.spec?.scopes?.forEach((scope) => {
    const scopes = [
      'BestEffort',
      'CrossNamespacePodAffinity',
      'NotBestEffort',
      'NotTerminating',
      'PriorityClass',
      'Terminating',
      'VolumeAttributesClass',
    ];
    if (!scopes.includes(scope)) to.invalid('spec.scopes', quota.spec?.scopes, 'unsupported scope');
  });
}
