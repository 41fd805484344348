// Finds where a pod's streams and a node's pages are served: the agent of the node, at its address.
// Source: Kubernetes API, core/v1 NodeStatus addresses and daemonEndpoints; PodExecOptions, PodLogOptions.
import type { Node, Pod } from '#model/kube';
import { objectError, requestError } from '../answer/errors.ts';
import type { ProxyTarget } from '../streaming/index.ts';
import type { Core } from '../verbs/call.ts';

const AGENT_PORT_DEFAULT = 10250;
const ADDRESS_TYPES = ['InternalIP', 'ExternalIP', 'Hostname'];

function objectAt<K>(core: Core, key: string): K | undefined {
  const entry = core.store.get(key);
  return entry && (entry.index.object(entry.bytes) as K);
}

/** Errors: ApiError 404 no such node, 503 a node without an address. */
export function nodeTarget(core: Core, nodeName: string, path: string): ProxyTarget {
  const node = objectAt<Node>(core, `/core/nodes//${nodeName}`);
  if (!node) throw objectError.notFound({ group: '', resource: 'nodes' }, nodeName);
  const addresses = node.status?.addresses ?? [];
  const host = ADDRESS_TYPES.map((type) => addresses.find((address) => address.type === type)?.address).find(Boolean);
  if (!host) throw requestError.unavailable(`no preferred addresses found for node "${nodeName}"; known addresses: []`);
  return { host, port: node.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? AGENT_PORT_DEFAULT, path };
}

/** Errors: ApiError 404. */
export function podAt(core: Core, namespace: string, name: string): Pod {
  const pod = objectAt<Pod>(core, `/core/pods/${namespace}/${name}`);
  if (!pod) throw objectError.notFound({ group: '', resource: 'pods' }, name);
  return pod;
}

/** The container that a stream is about. Errors: ApiError 400. */
export function containerOf(pod: Pod, asked: string | null): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const all = [...containers, ...initContainers, ...ephemeralContainers].map(({ name }) => name);
  const name = pod.metadata?.name;
  if (asked) {
    if (all.includes(asked)) return asked;
    throw requestError.badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [only, second] = containers;
  if (only && !second) return only.name;
  const named = pod.metadata?.annotations?.['kubectl.kubernetes.io/default-container'];
  if (named && all.includes(named)) return named;
  const init =
    initContainers.length > 0 ? ` or one of the init containers: [${initContainers.map((c) => c.name).join(' ')}]` : '';
  throw requestError.badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${containers.map((c) => c.name).join(' ')}]${init}`,
  );
}

const RENAMED: Readonly<Record<string, string>> = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' };

/** The query of exec and attach as the agent reads it. */
export function commandQuery(query: URLSearchParams): string {
  const out = new URLSearchParams();
  for (const [name, to] of Object.entries(RENAMED)) {
    const value = query.get(name);
    if (value === 'true' || value === '1') out.set(to, '1');
  }
  for (const word of query.getAll('command')) out.append('command', word);
  return out.size > 0 ? `?${out}` : '';
}

const LOG_OPTIONS = [
  'follow',
  'previous',
  'sinceSeconds',
  'sinceTime',
  'timestamps',
  'tailLines',
  'limitBytes',
  'stream',
];

/** The query of a log as the agent reads it. Errors: ApiError 400. */
export function logQuery(query: URLSearchParams): string {
  if (query.has('sinceSeconds') && query.has('sinceTime'))
    throw requestError.badRequest('at most one of sinceTime or sinceSeconds may be specified');
  const out = new URLSearchParams();
  for (const name of LOG_OPTIONS) {
    const value = query.get(name);
    if (!value) continue;
    if (/^(sinceSeconds|tailLines|limitBytes)$/.test(name) && !/^[0-9]+$/.test(value))
      throw requestError.badRequest(`${name}: Invalid value: "${value}": must be greater than or equal to 0`);
    out.set(name, value);
  }
  return out.size > 0 ? `?${out}` : '';
}
