// Pods that stand in files of a folder and run without the API. Each is shown in the API by a mirror pod.
// Source: Kubernetes, "Create static Pods".
import { parseAllDocuments } from 'yaml';
import { messageOf } from '#base';
import type { Pod } from '#model/kube';
import { sha256Of } from '#platform/digest';
import { listFolder, readTextIfPresent } from '#platform/disk';
import type { Log } from '#platform/log';

const CONFIG_SOURCE = 'kubernetes.io/config.source';
export const CONFIG_HASH = 'kubernetes.io/config.hash';
export const CONFIG_MIRROR = 'kubernetes.io/config.mirror';

export function isStatic(pod: Pod): boolean {
  return pod.metadata?.annotations?.[CONFIG_SOURCE] === 'file';
}

export function isMirror(pod: Pod): boolean {
  return pod.metadata?.annotations?.[CONFIG_MIRROR] !== undefined;
}

/** Name, uid and annotations that a pod of a file gets on this node. The uid follows from the content. */
function staticPodOf(manifest: Pod, nodeName: string): Pod {
  const name = `${manifest.metadata?.name}-${nodeName}`;
  const hash = sha256Of(JSON.stringify([nodeName, manifest])).slice('sha256:'.length, 'sha256:'.length + 32);
  const annotations = { ...manifest.metadata?.annotations, [CONFIG_SOURCE]: 'file', [CONFIG_HASH]: hash };
  return {
    ...manifest,
    metadata: {
      ...manifest.metadata,
      name,
      namespace: manifest.metadata?.namespace ?? 'default',
      uid: hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      annotations,
    },
    spec: {
      ...manifest.spec,
      containers: manifest.spec?.containers ?? [],
      nodeName,
      tolerations: [...(manifest.spec?.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }],
    },
    status: { phase: 'Pending' },
  };
}

/** The pod that stands for a static one in the API. */
export function mirrorPodOf(pod: Pod, nodeUid: string | undefined): Pod {
  const annotations = { ...pod.metadata?.annotations, [CONFIG_MIRROR]: pod.metadata?.annotations?.[CONFIG_HASH] ?? '' };
  const { name, namespace, labels } = pod.metadata ?? {};
  const owner = {
    apiVersion: 'v1',
    kind: 'Node',
    name: pod.spec?.nodeName ?? '',
    uid: nodeUid ?? '',
    controller: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, annotations, ...(nodeUid ? { ownerReferences: [owner] } : {}) },
    spec: pod.spec,
  };
}

function podsIn(manifest: Pod | null, nodeName: string): Pod[] {
  return manifest?.kind === 'Pod' ? [staticPodOf(manifest, nodeName)] : [];
}

/** The pods of every readable file of the folder; what cannot be read is logged and left out. */
export function readStaticPods(folder: string, nodeName: string, log: Log): Pod[] {
  const pods: Pod[] = [];
  for (const file of listFolder(folder)) {
    if (file.startsWith('.') || !/\.(ya?ml|json|manifest)$/.test(file)) continue;
    try {
      const documents = parseAllDocuments(readTextIfPresent(`${folder}/${file}`) ?? '');
      // One by one: what stands before a document that cannot be read is a pod all the same.
      for (const document of documents) pods.push(...podsIn(document.toJS() as Pod | null, nodeName));
    } catch (error) {
      log.error('a static pod cannot be read', { file, error: messageOf(error) });
    }
  }
  return pods;
}
