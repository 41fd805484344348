// Validation of a pod's volumes.
import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  ProjectedVolumeSource,
  Volume,
  VolumeProjection,
} from '../../generated/kinds.ts';
import { optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { TOKEN_SECONDS_MAX, TOKEN_SECONDS_MIN } from '../limits.ts';
import { configKeyProblems, dnsLabelProblems, dnsSubdomainProblems } from '../names.ts';
import { quantity } from '../numbers.ts';
import { CONTAINER_RESOURCE_NAMES, isContainerResource, validateFieldRef } from './env.ts';
import { validateClaimSpec } from './persistent-volume-claim.ts';

const HOST_PATH_TYPES = [
  '',
  'DirectoryOrCreate',
  'Directory',
  'FileOrCreate',
  'File',
  'Socket',
  'CharDevice',
  'BlockDevice',
];
const DOWNWARD_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
const MODE_RULE = 'must be a number between 0 and 0777 (octal), both inclusive';

function mode(value: number | undefined, field: string, to: Findings): void {
  if (value !== undefined && (value < 0 || value > 0o777)) to.invalid(field, value, MODE_RULE);
}

/** A path that stays inside the volume. */
function innerPath(path: string | undefined, field: string, to: Findings): void {
  if (!path) {
    to.required(field);
    return;
  }
  if (path.startsWith('/')) to.invalid(field, path, 'must be a relative path');
  if (path.split('/').includes('..')) to.invalid(field, path, "must not contain '..'");
  else if (path.startsWith('..')) to.invalid(field, path, "must not start with '..'");
}

function keyPaths(items: readonly KeyToPath[] | undefined, field: string, to: Findings): void {
  items?.forEach((item, i) => {
    if (!item.key) to.required(`${field}[${i}].key`);
    else for (const problem of configKeyProblems(item.key)) to.invalid(`${field}[${i}].key`, item.key, problem);
    innerPath(item.path, `${field}[${i}].path`, to);
    mode(item.mode, `${field}[${i}].mode`, to);
  });
}

function downwardFiles(items: readonly DownwardAPIVolumeFile[] | undefined, field: string, to: Findings): void {
  items?.forEach((item, i) => {
    const at = `${field}[${i}]`;
    innerPath(item.path, `${at}.path`, to);
    mode(item.mode, `${at}.mode`, to);
    if (item.fieldRef && item.resourceFieldRef)
      to.invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
    else if (item.fieldRef) validateFieldRef(item.fieldRef, `${at}.fieldRef`, to, DOWNWARD_FIELDS);
    else if (item.resourceFieldRef) {
      const { containerName, resource } = item.resourceFieldRef;
      if (!containerName) to.required(`${at}.resourceFieldRef.containerName`);
      if (!isContainerResource(resource ?? ''))
        to.notSupported(`${at}.resourceFieldRef.resource`, resource, CONTAINER_RESOURCE_NAMES);
    } else to.required(at, 'one of fieldRef and resourceFieldRef is required');
  });
}

function projection(part: VolumeProjection, at: string, to: Findings): void {
  const given = Object.keys(part);
  if (given.length > 1) to.forbidden(at, 'may not specify more than 1 volume type per source');
  keyPaths(part.secret?.items, `${at}.secret.items`, to);
  keyPaths(part.configMap?.items, `${at}.configMap.items`, to);
  if (part.secret && !part.secret.name) to.required(`${at}.secret.name`);
  if (part.configMap && !part.configMap.name) to.required(`${at}.configMap.name`);
  downwardFiles(part.downwardAPI?.items, `${at}.downwardAPI.items`, to);
  const token = part.serviceAccountToken;
  if (!token) return;
  const seconds = token.expirationSeconds ?? TOKEN_SECONDS_MIN;
  if (seconds < TOKEN_SECONDS_MIN)
    to.invalid(
      `${at}.serviceAccountToken.expirationSeconds`,
      seconds,
      'may not specify a duration less than 10 minutes',
    );
  else if (seconds > TOKEN_SECONDS_MAX)
    to.invalid(
      `${at}.serviceAccountToken.expirationSeconds`,
      seconds,
      'may not specify a duration larger than 2^32 seconds',
    );
  innerPath(token.path, `${at}.serviceAccountToken.path`, to);
}

function projected(source: ProjectedVolumeSource, at: string, to: Findings): void {
  mode(source.defaultMode, `${at}.defaultMode`, to);
  source.sources?.forEach((part, i) => {
    projection(part, `${at}.sources[${i}]`, to);
  });
}

type SourceCheck = (volume: Volume, at: string, to: Findings) => void;

/** Sources with rules of their own; of the others only the required fields matter to a node. */
const SOURCES: Readonly<Partial<Record<keyof Volume, SourceCheck>>> = {
  emptyDir: ({ emptyDir }, at, to) => quantity(emptyDir?.sizeLimit, `${at}.sizeLimit`, to),
  hostPath: ({ hostPath }, at, to) => {
    if (!hostPath?.path) to.required(`${at}.path`);
    else if (hostPath.path.split('/').includes('..')) to.invalid(`${at}.path`, hostPath.path, "must not contain '..'");
    if (hostPath?.type) optionalOneOf(hostPath.type, HOST_PATH_TYPES, `${at}.type`, to);
  },
  secret: ({ secret }, at, to) => {
    if (!secret?.secretName) to.required(`${at}.secretName`);
    mode(secret?.defaultMode, `${at}.defaultMode`, to);
    keyPaths(secret?.items, `${at}.items`, to);
  },
  configMap: ({ configMap }, at, to) => {
    if (!configMap?.name) to.required(`${at}.name`);
    mode(configMap?.defaultMode, `${at}.defaultMode`, to);
    keyPaths(configMap?.items, `${at}.items`, to);
  },
  downwardAPI: ({ downwardAPI }, at, to) => {
    mode(downwardAPI?.defaultMode, `${at}.defaultMode`, to);
    downwardFiles(downwardAPI?.items, `${at}.items`, to);
  },
  projected: (volume, at, to) => volume.projected && projected(volume.projected, at, to),
  persistentVolumeClaim: ({ persistentVolumeClaim: claim }, at, to) => {
    if (!claim?.claimName) to.required(`${at}.claimName`);
    else
      for (const problem of dnsSubdomainProblems(claim.claimName))
        to.invalid(`${at}.claimName`, claim.claimName, problem);
  },
  nfs: ({ nfs }, at, to) => {
    if (!nfs?.server) to.required(`${at}.server`);
    if (!nfs?.path) to.required(`${at}.path`);
    else if (!nfs.path.startsWith('/')) to.invalid(`${at}.path`, nfs.path, 'must be an absolute path');
  },
  csi: ({ csi }, at, to) => {
    if (!csi?.driver) to.required(`${at}.driver`);
  },
  image: ({ image }, at, to) => {
    if (!image?.reference) to.required(`${at}.reference`);
    optionalOneOf(image?.pullPolicy, ['Always', 'IfNotPresent', 'Never'], `${at}.pullPolicy`, to);
  },
  ephemeral: ({ ephemeral }, at, to) => {
    const spec = ephemeral?.volumeClaimTemplate?.spec;
    if (!spec) to.required(`${at}.volumeClaimTemplate`);
    else validateClaimSpec(spec, `${at}.volumeClaimTemplate.spec`, to);
  },
};

/** The volumes of a pod by name, for its containers to refer to. */
export function validateVolumes(
  volumes: readonly Volume[] | undefined,
  field: string,
  to: Findings,
): Map<string, { isClaim: boolean }> {
  const known = new Map<string, { isClaim: boolean }>();
  volumes?.forEach((volume, i) => {
    const at = `${field}[${i}]`;
    if (!volume.name) to.required(`${at}.name`);
    else for (const problem of dnsLabelProblems(volume.name)) to.invalid(`${at}.name`, volume.name, problem);
    if (volume.name && known.has(volume.name)) to.duplicate(`${at}.name`, volume.name);
    const sources = Object.keys(volume).filter((key) => key !== 'name') as (keyof Volume)[];
    if (sources.length === 0) to.required(at, 'must specify a volume type');
    sources.forEach((source, j) => {
      if (j > 0) to.forbidden(`${at}.${source}`, 'may not specify more than 1 volume type');
      else SOURCES[source]?.(volume, `${at}.${source}`, to);
    });
    known.set(volume.name, { isClaim: Boolean(volume.persistentVolumeClaim || volume.ephemeral) });
  });
  return known;
}
