// The Kubernetes API as a drill asks it: over its door, with the administrator's kubeconfig as it stands on disk now.
import { present, WorldError } from '#base';
import type { Finding } from '#engine/drill';
import { type KubeconfigFacts, kubeconfigRead, type SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { type Http2Client, http2Client, type Patience } from '#platform/http';
import { kubeconfigOf } from '../site-file.ts';

const NOT_FOUND = 404;
const CONFLICT = 409;
/** Of an answer that is no success. */
const TOLD_CHARACTERS = 200;

export interface KubernetesDoor {
  /** The parsed answer. Errors: WorldError `Unavailable`, `NotFound`, `Conflict`, or `Failed` for an answer that is no success. */
  ask<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>;
  close(): void;
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

export function adminFacts(folders: SiteFolders): KubeconfigFacts {
  return kubeconfigRead(present(kubeconfigOf(folders), 'a site that is Ready has a kubeconfig'));
}

/** Which API is asked, and how long a silent one is waited for. */
export interface KubernetesAsked {
  readonly folders: SiteFolders;
  readonly clock: Clock;
  readonly patience?: Patience;
}

export function openKubernetes({ folders, clock, patience }: KubernetesAsked): KubernetesDoor {
  const { server, ...tls } = adminFacts(folders);
  const connection: Http2Client = http2Client({ origin: server, tls, clock, ...(patience && { patience }) });
  return {
    async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
      const headers = {
        accept: 'application/json',
        'user-agent': 'holdfast-drill',
        'content-type': 'application/json',
      };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await connection.request({ method, path, headers, ...sent });
      const text = answer.body.toString();
      if (answer.status === NOT_FOUND) throw new WorldError('NotFound', `${method} ${path}: there is none`);
      if (answer.status === CONFLICT) throw new WorldError('Conflict', `${method} ${path}: there is one already`);
      if (answer.status >= 300)
        throw new WorldError('Failed', `${method} ${path}: ${answer.status}: ${text.slice(0, TOLD_CHARACTERS)}`);
      return JSON.parse(text) as T;
    },
    close: () => connection.close(),
  };
}

/** One request over a connection of its own, with the kubeconfig as it is now. */
export async function askOnce<T>(of: KubernetesAsked, path: string): Promise<T> {
  const door = openKubernetes(of);
  try {
    return await door.ask<T>('GET', path);
  } finally {
    door.close();
  }
}

/** Whether every node is Ready, as the API tells. */
export async function nodesReady(door: KubernetesDoor): Promise<Finding> {
  const { items } = await door.ask<NodeList>('GET', '/api/v1/nodes');
  const away = items.filter(
    ({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True',
  );
  if (items.length === 0) return { holds: false, what: 'the cluster has no nodes' };
  if (away.length === 0) return { holds: true, what: `the API answers, and all ${items.length} nodes are Ready` };
  return { holds: false, what: `not Ready: ${away.map(({ metadata }) => metadata.name).join(', ')}` };
}
