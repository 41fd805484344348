// The files of volumes that are made of objects: configMap, secret, downwardAPI and projected.
// Source: Kubernetes, "Volumes" and "Projected Volumes".
import { WorldError } from '#base';
import { containersOf, fieldText, type PodFacts, resourceText } from '#engine/pod';
import type { ConfigMap, DownwardAPIVolumeFile, KeyToPath, Secret, Volume, VolumeProjection } from '#model/kube';
import type { PayloadFile } from '#platform/volume';
import type { References } from '../source/references.ts';
import { type TokenInput, tokenFor } from './tokens.ts';

const DEFAULT_MODE = 0o644;
/** With a group, its members may read. */
const GROUP_READS = 0o440;

export interface PayloadInput extends TokenInput {
  readonly facts: PodFacts;
  readonly references: References;
}

type Files = Map<string, PayloadFile>;

export function isPayload(volume: Volume): boolean {
  return Boolean(volume.configMap || volume.secret || volume.downwardAPI || volume.projected);
}

/** Path in the volume to content. Errors: WorldError `Invalid` naming what is missing or not supported. */
export async function payloadOf(volume: Volume, input: PayloadInput): Promise<Files> {
  const sources: VolumeProjection[] = volume.projected
    ? (volume.projected.sources ?? [])
    : volume.configMap
      ? [{ configMap: volume.configMap }]
      : volume.secret
        ? [{ secret: { ...volume.secret, name: volume.secret.secretName } }]
        : [{ downwardAPI: volume.downwardAPI }];
  const chosen = volume.projected ?? volume.configMap ?? volume.secret ?? volume.downwardAPI;
  const hasGroup = input.pod.spec?.securityContext?.fsGroup !== undefined;
  const mode = (own: number | undefined): number =>
    (own ?? chosen?.defaultMode ?? DEFAULT_MODE) | (hasGroup ? GROUP_READS : 0);
  const files: Files = new Map();
  for (const source of sources) await addSource(files, source, input, mode);
  return files;
}

async function addSource(
  files: Files,
  source: VolumeProjection,
  input: PayloadInput,
  mode: (own?: number) => number,
): Promise<void> {
  const namespace = input.pod.metadata?.namespace ?? '';
  if (source.configMap) {
    const { name = '', items, optional } = source.configMap;
    const found = await input.references.read<ConfigMap>('configMap', { namespace, name }, input.kept);
    if (!found && !optional) throw missing(`configmap "${name}" not found`);
    const data = new Map<string, Uint8Array>();
    for (const [key, text] of Object.entries(found?.data ?? {})) data.set(key, Buffer.from(text));
    for (const [key, text] of Object.entries(found?.binaryData ?? {})) data.set(key, Buffer.from(text, 'base64'));
    if (found) addKeys(files, data, { items, optional, mode, what: `configmap references non-existent config key` });
  } else if (source.secret) {
    const { name = '', items, optional } = source.secret;
    const found = await input.references.read<Secret>('secret', { namespace, name }, input.kept);
    if (!found && !optional) throw missing(`secret "${name}" not found`);
    const data = new Map(Object.entries(found?.data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64')]));
    if (found) addKeys(files, data, { items, optional, mode, what: `references non-existent secret key` });
  } else if (source.downwardAPI) {
    for (const item of source.downwardAPI.items ?? [])
      files.set(item.path, { data: Buffer.from(downwardText(item, input)), mode: mode(item.mode) });
  } else if (source.serviceAccountToken) {
    const token = await tokenFor(input, source.serviceAccountToken);
    const owner = soleUser(input);
    const file = { data: Buffer.from(token), mode: owner === undefined ? mode() : 0o600 };
    files.set(source.serviceAccountToken.path, owner === undefined ? file : { ...file, uid: owner });
  } else {
    const name = Object.keys(source)[0] ?? 'unknown';
    throw new WorldError('Unsupported', `projected volume source ${name} is not supported on this node`);
  }
}

function missing(message: string): WorldError {
  return new WorldError('Invalid', message);
}

interface KeyChoice {
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
  readonly what: string;
  mode(own?: number): number;
}

function addKeys(files: Files, data: ReadonlyMap<string, Uint8Array>, choice: KeyChoice): void {
  const items = choice.items?.length ? choice.items : [...data.keys()].map((key): KeyToPath => ({ key, path: key }));
  for (const item of items) {
    const content = data.get(item.key);
    if (content) files.set(item.path, { data: content, mode: choice.mode(item.mode) });
    else if (!choice.optional) throw missing(`${choice.what}: ${item.key}`);
  }
}

function downwardText(item: DownwardAPIVolumeFile, { facts }: PayloadInput): string {
  if (item.fieldRef) {
    const text = fieldText(item.fieldRef, facts);
    if (text !== undefined) return text;
    throw missing(`unsupported fieldPath: ${item.fieldRef.fieldPath}`);
  }
  const { containerName = '' } = item.resourceFieldRef ?? {};
  const container = containersOf(facts.pod).find((c) => c.container.name === containerName)?.container;
  const text = item.resourceFieldRef && resourceText(item.resourceFieldRef, facts, container);
  if (text === undefined) throw missing(`unsupported resource of container "${containerName}" for ${item.path}`);
  return text;
}

/** The user of every container, when all run as the same one and no group could read instead: it then owns the token. */
function soleUser({ pod }: PayloadInput): number | undefined {
  const whole = pod.spec?.securityContext;
  if (whole?.fsGroup !== undefined) return undefined;
  const users = new Set(
    containersOf(pod).map(({ container }) => container.securityContext?.runAsUser ?? whole?.runAsUser),
  );
  return users.size === 1 ? [...users][0] : undefined;
}
