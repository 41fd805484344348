// The variables of one container: services, envFrom, env, in that order; later ones win and may use earlier ones.
// Source: Kubernetes API, core/v1 Container.env, Container.envFrom.
import { WorldError } from '#base';
import { containersOf, expand, fieldText, type PodFacts, resourceText, serviceEnv } from '#engine/pod';
import type { ConfigMap, Container, EnvVar, Secret, Service } from '#model/kube';
import { base64 } from '#platform/digest';
import type { KeptObjects, References } from '../source/references.ts';

export interface EnvironmentInput {
  readonly facts: PodFacts;
  readonly container: Container;
  readonly services: readonly Service[];
  readonly references: References;
  readonly kept: KeptObjects;
}

const refused = (message: string): WorldError => new WorldError('Invalid', message);

export async function environmentOf(input: EnvironmentInput): Promise<Record<string, string>> {
  const { facts, container } = input;
  const namespace = facts.pod.metadata?.namespace ?? '';
  const env: Record<string, string> = {};
  for (const source of container.envFrom ?? []) {
    const data = source.configMapRef
      ? await configMapData(input, source.configMapRef.name ?? '', source.configMapRef.optional)
      : await secretData(input, source.secretRef?.name ?? '', source.secretRef?.optional);
    for (const [key, value] of Object.entries(data ?? {})) env[`${source.prefix ?? ''}${key}`] = value;
  }
  const links = facts.pod.spec?.enableServiceLinks !== false;
  const result = { ...serviceEnv(input.services, { namespace, links }), ...env };
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom ? await valueFrom(input, variable) : expand(variable.value ?? '', result);
    if (value !== undefined) result[variable.name] = value;
  }
  return result;
}

async function configMapData(
  { facts, references, kept }: EnvironmentInput,
  name: string,
  optional = false,
): Promise<Record<string, string> | undefined> {
  const namespace = facts.pod.metadata?.namespace ?? '';
  const found = await references.read<ConfigMap>('configMap', { namespace, name }, kept);
  if (!found && !optional) throw refused(`configmap "${name}" not found`);
  return found && (found.data ?? {});
}

async function secretData(
  { facts, references, kept }: EnvironmentInput,
  name: string,
  optional = false,
): Promise<Record<string, string> | undefined> {
  const namespace = facts.pod.metadata?.namespace ?? '';
  const found = await references.read<Secret>('secret', { namespace, name }, kept);
  if (!found && !optional) throw refused(`secret "${name}" not found`);
  if (!found) return undefined;
  return Object.fromEntries(Object.entries(found.data ?? {}).map(([key, value]) => [key, base64.decode(value)]));
}

async function valueFrom(input: EnvironmentInput, variable: EnvVar): Promise<string | undefined> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {};
  const { facts, container } = input;
  const namespace = facts.pod.metadata?.namespace ?? '';
  if (fieldRef) {
    const text = fieldText(fieldRef, facts);
    if (text === undefined) throw refused(`unsupported fieldPath: ${fieldRef.fieldPath}`);
    return text;
  }
  if (resourceFieldRef) {
    const name = resourceFieldRef.containerName;
    const whose = name ? containersOf(facts.pod).find((c) => c.container.name === name)?.container : container;
    const text = resourceText(resourceFieldRef, facts, whose);
    if (text === undefined) throw refused(`unsupported container resource: ${resourceFieldRef.resource}`);
    return text;
  }
  if (configMapKeyRef) {
    const { name = '', key, optional } = configMapKeyRef;
    const value = (await configMapData(input, name, optional))?.[key];
    if (value === undefined && !optional) throw refused(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (secretKeyRef) {
    const { name = '', key, optional } = secretKeyRef;
    const value = (await secretData(input, name, optional))?.[key];
    if (value === undefined && !optional) throw refused(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value;
  }
  throw refused(`environment variable "${variable.name}": this source of a value is not supported`);
}
