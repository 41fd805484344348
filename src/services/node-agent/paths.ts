// Where the agent keeps what belongs to a pod. Folders of pods are named by uid, folders of logs as readers of logs expect.
import type { Pod } from '#model/kube';

export interface Paths {
  readonly podsFolder: string;
  readonly logsFolder: string;
  pod(uid: string): string;
  checkpoint(uid: string): string;
  volume(uid: string, name: string): string;
  subPath(uid: string, volume: string, container: string, index: number): string;
  subPaths(uid: string): string;
  hosts(uid: string): string;
  terminationMessage(uid: string, container: string, attempt: number): string;
  podLogs(pod: Pod): string;
}

export function pathsIn(folder: string): Paths {
  const podsFolder = `${folder}/pods`;
  const pod = (uid: string): string => `${podsFolder}/${uid}`;
  return {
    podsFolder,
    logsFolder: `${folder}/logs`,
    pod,
    checkpoint: (uid) => `${pod(uid)}/pod.json`,
    volume: (uid, name) => `${pod(uid)}/volumes/${name}`,
    subPaths: (uid) => `${pod(uid)}/subpaths`,
    subPath: (uid, volume, container, index) => `${pod(uid)}/subpaths/${volume}/${container}/${index}`,
    hosts: (uid) => `${pod(uid)}/etc-hosts`,
    terminationMessage: (uid, container, attempt) => `${pod(uid)}/containers/${container}/${attempt}`,
    podLogs: (p) => `${folder}/logs/${p.metadata?.namespace}_${p.metadata?.name}_${p.metadata?.uid}`,
  };
}

export function uidOfPod(pod: Pod): string {
  return pod.metadata?.uid ?? '';
}
