// Validation of where a pod may run: node selectors, affinity, tolerations, spreading.
import type {
  Affinity,
  NodeSelector,
  NodeSelectorTerm,
  PodAffinityTerm,
  PodSpec,
  Toleration,
  TopologySpreadConstraint,
} from '../../generated/kinds.ts';
import { labelValueProblems, qualifiedNameProblems } from '../../selector/label-syntax.ts';
import { oneOf, optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { labelSelector } from '../label-selector.ts';
import { validateLabels } from '../metadata.ts';
import { positive } from '../numbers.ts';

const NODE_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateTerm(term: NodeSelectorTerm, field: string, to: Findings): void {
  for (const kind of ['matchExpressions', 'matchFields'] as const)
    term[kind]?.forEach((requirement, i) => {
      const at = `${field}.${kind}[${i}]`;
      const { key, operator, values = [] } = requirement;
      if (!NODE_OPERATORS.includes(operator)) to.invalid(`${at}.operator`, operator, 'not a valid selector operator');
      else if ((operator === 'In' || operator === 'NotIn') && values.length === 0)
        to.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
      else if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0)
        to.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      else if ((operator === 'Gt' || operator === 'Lt') && values.length !== 1)
        to.required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
      if (kind === 'matchExpressions')
        for (const problem of qualifiedNameProblems(key ?? '')) to.invalid(`${at}.key`, key, problem);
      else if (key !== 'metadata.name') to.invalid(`${at}.key`, key, 'not a valid field selector key');
    });
}

export function validateNodeSelector(selector: NodeSelector | undefined, field: string, to: Findings): void {
  if (!selector) return;
  if (!selector.nodeSelectorTerms?.length)
    to.required(`${field}.nodeSelectorTerms`, 'must have at least one node selector term');
  selector.nodeSelectorTerms?.forEach((term, i) => {
    validateTerm(term, `${field}.nodeSelectorTerms[${i}]`, to);
  });
}

function weight(value: number | undefined, field: string, to: Findings): void {
  if (!value || value < 1 || value > 100) to.invalid(field, value ?? 0, 'must be in the range 1-100');
}

function topologyKey(key: string | undefined, field: string, to: Findings): void {
  if (!key) to.required(field, 'can not be empty');
  else for (const problem of qualifiedNameProblems(key)) to.invalid(field, key, problem);
}

function validatePodTerm(term: PodAffinityTerm, field: string, to: Findings): void {
  labelSelector(term.labelSelector, `${field}.labelSelector`, to);
  labelSelector(term.namespaceSelector, `${field}.namespaceSelector`, to);
  topologyKey(term.topologyKey, `${field}.topologyKey`, to);
}

function validateAffinity(affinity: Affinity, field: string, to: Findings): void {
  const node = affinity.nodeAffinity;
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  validateNodeSelector(node?.[required], `${field}.nodeAffinity.${required}`, to);
  node?.[preferred]?.forEach((term, i) => {
    const at = `${field}.nodeAffinity.${preferred}[${i}]`;
    weight(term.weight, `${at}.weight`, to);
    validateTerm(term.preference ?? {}, `${at}.preference`, to);
  });
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    affinity[kind]?.[required]?.forEach((term, i) => {
      validatePodTerm(term, `${field}.${kind}.${required}[${i}]`, to);
    });
    affinity[kind]?.[preferred]?.forEach((term, i) => {
      const at = `${field}.${kind}.${preferred}[${i}]`;
      weight(term.weight, `${at}.weight`, to);
      if (term.podAffinityTerm) validatePodTerm(term.podAffinityTerm, `${at}.podAffinityTerm`, to);
    });
  }
}

export function validateTolerations(tolerations: readonly Toleration[] | undefined, field: string, to: Findings): void {
  tolerations?.forEach((toleration, i) => {
    const at = `${field}[${i}]`;
    const { key, operator, value, effect } = toleration;
    if (key) for (const problem of qualifiedNameProblems(key)) to.invalid(`${at}.key`, key, problem);
    else if (operator !== 'Exists')
      to.invalid(
        `${at}.operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      );
    if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute')
      to.invalid(`${at}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set");
    if (!operator || operator === 'Equal')
      for (const problem of labelValueProblems(value ?? '')) to.invalid(`${at}.operator`, value, problem);
    else if (operator === 'Exists') {
      if (value) to.invalid(`${at}.operator`, toleration, "value must be empty when `operator` is 'Exists'");
    } else to.notSupported(`${at}.operator`, operator, ['Equal', 'Exists']);
    optionalOneOf(effect, EFFECTS, `${at}.effect`, to);
  });
}

function validateSpread(constraint: TopologySpreadConstraint, at: string, to: Findings): void {
  if (!constraint.maxSkew) to.required(`${at}.maxSkew`);
  else positive(constraint.maxSkew, `${at}.maxSkew`, to);
  topologyKey(constraint.topologyKey, `${at}.topologyKey`, to);
  oneOf(constraint.whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], `${at}.whenUnsatisfiable`, to);
  positive(constraint.minDomains, `${at}.minDomains`, to);
  if (constraint.minDomains !== undefined && constraint.whenUnsatisfiable !== 'DoNotSchedule')
    to.invalid(
      `${at}.minDomains`,
      constraint.minDomains,
      `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${constraint.whenUnsatisfiable}`,
    );
  optionalOneOf(constraint.nodeAffinityPolicy, ['Honor', 'Ignore'], `${at}.nodeAffinityPolicy`, to);
  optionalOneOf(constraint.nodeTaintsPolicy, ['Honor', 'Ignore'], `${at}.nodeTaintsPolicy`, to);
  labelSelector(constraint.labelSelector, `${at}.labelSelector`, to);
}

export function validateScheduling(spec: PodSpec, field: string, to: Findings): void {
  validateLabels(spec.nodeSelector, `${field}.nodeSelector`, to);
  if (spec.affinity) validateAffinity(spec.affinity, `${field}.affinity`, to);
  validateTolerations(spec.tolerations, `${field}.tolerations`, to);
  const pairs = new Set<string>();
  spec.topologySpreadConstraints?.forEach((constraint, i) => {
    const at = `${field}.topologySpreadConstraints[${i}]`;
    validateSpread(constraint, at, to);
    const pair = `${constraint.topologyKey}, ${constraint.whenUnsatisfiable}`;
    if (pairs.has(pair)) to.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${pair}}`);
    pairs.add(pair);
  });
}
