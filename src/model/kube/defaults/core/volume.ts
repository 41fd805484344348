// Defaults of a pod's volumes.
import type { DownwardAPIVolumeFile, ProjectedVolumeSource, Volume } from '../../generated/kinds.ts';

/** 0644 */
const FILE_MODE = 420;
const TOKEN_SECONDS = 3600;

function defaultDownwardItems(items: readonly DownwardAPIVolumeFile[] | undefined): void {
  for (const item of items ?? []) {
    if (item.fieldRef) item.fieldRef.apiVersion ||= 'v1';
    if (item.resourceFieldRef) item.resourceFieldRef.divisor ??= '0';
  }
}

function defaultProjected(source: ProjectedVolumeSource): void {
  source.defaultMode ??= FILE_MODE;
  for (const part of source.sources ?? []) {
    if (part.serviceAccountToken) part.serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS;
    defaultDownwardItems(part.downwardAPI?.items);
  }
}

/** Source: Kubernetes API, core/v1 Volume. A volume that names no source is an emptyDir. */
export function defaultVolume(volume: Volume): void {
  let named = 0;
  for (const key in volume) if (key !== 'name') named++;
  if (named === 0) volume.emptyDir = {};
  if (volume.hostPath) volume.hostPath.type ??= '';
  if (volume.secret) volume.secret.defaultMode ??= FILE_MODE;
  if (volume.configMap) volume.configMap.defaultMode ??= FILE_MODE;
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= FILE_MODE;
    defaultDownwardItems(volume.downwardAPI.items);
  }
  if (volume.projected) defaultProjected(volume.projected);
  if (volume.ephemeral?.volumeClaimTemplate?.spec)
    volume.ephemeral.volumeClaimTemplate.spec.volumeMode ||= 'Filesystem';
}
