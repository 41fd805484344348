// Serves what is not an object but a conversation: logs, exec, attach, port-forward, and proxies to nodes, pods, services.
import { forwardRequest, type Upgrade } from '#platform/http';
import { requestError } from '../answer/errors.ts';
import { type ProxyTarget, type ProxyTls, proxyRequest, proxyToWebSocket, proxyUpgrade } from '../streaming/index.ts';
import { commandQuery, containerOf, logQuery, nodeTarget, podAt } from '../subresources/node-target.ts';
import { parseProxiedName, podTarget, serviceTarget } from '../subresources/pod-target.ts';
import { admitMutating, admitValidating } from '../verbs/admit.ts';
import type { Call, Core } from '../verbs/call.ts';
import type { HttpCall } from './http-call.ts';

/** Undefined when the subresource is no stream. */
export type StreamHandler = (http: HttpCall, call: Call) => Promise<void> | undefined;

type Serve = (http: HttpCall, call: Call) => Promise<void>;

/** Ways to hand a request on to its target. */
interface Pass {
  plain(http: HttpCall, target: ProxyTarget): Promise<void>;
  /** Errors: ApiError 400 when the client did not ask for an upgrade. */
  upgrade(http: HttpCall, target: ProxyTarget): Promise<void>;
  toWebSocket(upgrade: Upgrade, target: ProxyTarget): Promise<void>;
}

/** `nodeClient`: what node agents are shown now. */
function passing({ clock }: Core, nodeClient: () => ProxyTls): Pass {
  return {
    plain: (http, target) =>
      proxyRequest({ req: http.exchange.request, res: http.exchange.response, target, tls: nodeClient(), clock }),
    async upgrade({ upgrade }, target) {
      if (!upgrade) throw requestError.badRequest('Upgrade request required');
      const { request: req, socket, head } = upgrade;
      await proxyUpgrade({ req, socket, head, target, tls: nodeClient(), clock });
    },
    toWebSocket: ({ request, socket, head }, target) =>
      proxyToWebSocket({ upgrade: { req: request, socket, head }, target, tls: nodeClient(), clock }),
  };
}

/** Lets admission see the connection. Errors: ApiError 403. */
async function admitConnect(core: Core, call: Call): Promise<void> {
  const request = {
    operation: 'CONNECT' as const,
    resource: call.resource.facts,
    subresource: call.subresource,
    namespace: call.namespace,
    name: call.name,
    user: call.user,
    dryRun: false,
    warn: (message: string) => call.warn(message),
  };
  await admitMutating(core.admission, request);
  await admitValidating(core.admission, request);
}

/** What the agent of the pod's node serves. */
function agentStreams(core: Core, pass: Pass): Record<'log' | 'command' | 'portForward', Serve> {
  /** The agent's page about the pod of the call, or a container of it. */
  const agentPage = (call: Call, page: string, { container, query }: { container?: string; query: string }) => {
    const nodeName = podAt(core, call.namespace, call.name).spec?.nodeName;
    if (!nodeName) throw requestError.badRequest(`pod ${call.name} does not have a host assigned`);
    const parts = [page, call.namespace, call.name, ...(container === undefined ? [] : [container])];
    return nodeTarget(core, nodeName, `/${parts.map(encodeURIComponent).join('/')}${query}`);
  };
  return {
    async log(http, call) {
      const { query } = http.path;
      const pod = podAt(core, call.namespace, call.name);
      const container = containerOf(pod, query.get('container'));
      const options = logQuery(query);
      if (!pod.spec?.nodeName) return http.sendText(200, '');
      const target = agentPage(call, 'containerLogs', { container, query: options });
      await (http.upgrade ? pass.toWebSocket(http.upgrade, target) : pass.plain(http, target));
    },
    async command(http, call) {
      const { query } = http.path;
      const container = containerOf(podAt(core, call.namespace, call.name), query.get('container'));
      const target = agentPage(call, call.subresource, { container, query: commandQuery(query) });
      await admitConnect(core, call);
      await pass.upgrade(http, target);
    },
    async portForward(http, call) {
      const ports = http.path.query.getAll('ports').map((port) => `port=${encodeURIComponent(port)}`);
      const target = agentPage(call, 'portForward', { query: ports.length > 0 ? `?${ports.join('&')}` : '' });
      await admitConnect(core, call);
      await pass.upgrade(http, target);
    },
  };
}

function proxies(core: Core, pass: Pass): Record<'node' | 'network', Serve> {
  return {
    async node(http, call) {
      const { name, port } = parseProxiedName(call.name);
      const target = nodeTarget(core, name, restOf(http));
      await admitConnect(core, call);
      const at = port ? { ...target, port: Number(port) } : target;
      await (http.upgrade ? pass.upgrade(http, at) : pass.plain(http, at));
    },
    async network(http, call) {
      const find = call.resource.facts.resource === 'pods' ? podTarget : serviceTarget;
      const target = find(core, call.namespace, call.name);
      await admitConnect(core, call);
      const { path, rest } = http.path;
      const prefix = path.slice(0, path.length - rest.length);
      await forwardRequest(http.exchange, { ...target, path: restOf(http), prefix });
    },
  };
}

export function makeStreamHandler(core: Core, nodeClient: () => ProxyTls): StreamHandler {
  const pass = passing(core, nodeClient);
  const { log, command, portForward } = agentStreams(core, pass);
  const { node, network } = proxies(core, pass);
  const byPath: ReadonlyMap<string, Serve> = new Map([
    ['/pods/log', log],
    ['/pods/exec', command],
    ['/pods/attach', command],
    ['/pods/portforward', portForward],
    ['/nodes/proxy', node],
    ['/pods/proxy', network],
    ['/services/proxy', network],
  ]);
  return (http, call) => {
    const { group, resource } = call.resource.facts;
    return byPath.get(`${group}/${resource}/${call.subresource}`)?.(http, call);
  };
}

/** Path and query behind the proxy subresource. */
function restOf(http: HttpCall): string {
  const { query, rest } = http.path;
  return `${rest || '/'}${query.size > 0 ? `?${query}` : ''}`;
}
