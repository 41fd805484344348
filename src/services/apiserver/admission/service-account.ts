// Every pod runs as a service account of its namespace, and gets its token, the cluster's CA and its namespace mounted.
// Source: Kubernetes documentation, "Admission Control", ServiceAccount; "Configure Service Accounts for Pods".
import { randomSuffix } from '#base';
import type { Pod, ServiceAccount, Volume } from '#model/kube';
import type { Clock } from '#platform/clock';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';
import type { AdmissionLookups } from './admission-lookups.ts';
import { SERVICE_ACCOUNT_LOOK_EVERY_MS, SERVICE_ACCOUNT_LOOKS_MAX } from './limits.ts';
import { created, forbid } from './refusal.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
const TOKEN_SECONDS = 3607;
const FILE_MODE = 0o644;
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

function accessVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: FILE_MODE,
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  };
}

/** Mounts the token into every container that has nothing at its path. */
function mountToken(pod: Pod): void {
  const spec = pod.spec;
  if (!spec) return;
  const bare = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].filter(
    (container) => !container.volumeMounts?.some((mount) => mount.mountPath === MOUNT_PATH),
  );
  if (bare.length === 0) return;
  const known = spec.volumes?.find((volume) => volume.name.startsWith(VOLUME_PREFIX));
  const name = known?.name ?? VOLUME_PREFIX + randomSuffix(5, Math.random);
  if (!known) spec.volumes = [...(spec.volumes ?? []), accessVolume(name)];
  for (const container of bare)
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
}

function applyAccount(pod: Pod, account: ServiceAccount): void {
  const spec = pod.spec;
  if (!spec) return;
  if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length)
    spec.imagePullSecrets = structuredClone(account.imagePullSecrets);
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(pod);
}

function checkMirror(request: AdmissionRequest, pod: Pod): void {
  if (pod.spec?.serviceAccountName) forbid(request, 'a mirror pod may not reference service accounts');
  for (const volume of pod.spec?.volumes ?? []) {
    if (volume.secret) forbid(request, 'a mirror pod may not reference secrets');
    if (volume.projected?.sources?.some((source) => source.serviceAccountToken || source.secret))
      forbid(request, 'a mirror pod may not use secrets or service account tokens in projected volumes');
  }
}

export function serviceAccount(options: {
  readonly lookups: Pick<AdmissionLookups, 'serviceAccount'>;
  readonly clock: Clock;
}): AdmissionPlugin {
  const { lookups, clock } = options;
  /** The account of a new namespace comes a moment after it, so a pod that follows at once waits. */
  const find = async (namespace: string, name: string): Promise<ServiceAccount | undefined> => {
    for (let look = 1; ; look++) {
      const found = lookups.serviceAccount(namespace, name);
      if (found || look >= SERVICE_ACCOUNT_LOOKS_MAX) return found;
      await clock.sleep(SERVICE_ACCOUNT_LOOK_EVERY_MS);
    }
  };
  return {
    name: 'ServiceAccount',
    mutate(request) {
      const pod = created<Pod>(request, '', 'pods');
      if (!pod?.spec) return;
      if (pod.metadata?.annotations?.[MIRROR_ANNOTATION] !== undefined) return checkMirror(request, pod);
      const name = pod.spec.serviceAccountName || 'default';
      pod.spec.serviceAccountName = name;
      pod.spec.serviceAccount = name;
      const found = lookups.serviceAccount(request.namespace, name);
      if (found) return applyAccount(pod, found);
      return find(request.namespace, name).then((late) => {
        const where = `${request.namespace}/${name}`;
        if (!late) forbid(request, `error looking up service account ${where}: serviceaccount "${name}" not found`);
        applyAccount(pod, late);
      });
    },
  };
}
