// Serves what is not an object but a conversation: logs, exec, attach, port-forward, and proxies to nodes, pods, services.
import { forwardRequest } from '#platform/http';
import { requestError } from '../answer/errors.ts';
import { type ProxyTarget, type ProxyTls, proxyRequest, proxyToWebSocket, proxyUpgrade } from '../streaming/index.ts';
import { commandQuery, containerOf, logQuery, nodeTarget, podAt } from '../subresources/node-target.ts';
import { parseProxiedName, podTarget, serviceTarget } from '../subresources/pod-target.ts';
import { admitMutating, admitValidating } from '../verbs/admit.ts';
import type { Call, Core } from '../verbs/call.ts';
import type { HttpCall } from './http-call.ts';

/** Undefined when the subresource is no stream. */
export type StreamHandler = (http: HttpCall, call: Call) => Promise<void> | undefined;

export function makeStreamHandler(core: Core, tls: ProxyTls): StreamHandler {
  const { clock } = core;

  const passPlain = (http: HttpCall, target: ProxyTarget): Promise<void> =>
    proxyRequest({ req: http.exchange.request, res: http.exchange.response, target, tls, clock });

  const passUpgrade = async (http: HttpCall, target: ProxyTarget): Promise<void> => {
    const { upgrade } = http;
    if (!upgrade) throw requestError.badRequest('Upgrade request required');
    await proxyUpgrade({ req: upgrade.request, socket: upgrade.socket, head: upgrade.head, target, tls, clock });
  };

  const connect = async (call: Call): Promise<void> => {
    const request = {
      operation: 'CONNECT' as const,
      resource: call.resource.facts,
      subresource: call.subresource,
      namespace: call.namespace,
      name: call.name,
      user: call.user,
      dryRun: false,
    };
    await admitMutating(core.admission, request);
    await admitValidating(core.admission, request);
  };

  /** The agent's page about a container of the pod. */
  const agentPage = (call: Call, page: string, container: string | undefined, query: string): ProxyTarget => {
    const pod = podAt(core, call.namespace, call.name);
    const nodeName = pod.spec?.nodeName;
    if (!nodeName) throw requestError.badRequest(`pod ${call.name} does not have a host assigned`);
    const parts = [page, call.namespace, call.name, ...(container === undefined ? [] : [container])];
    return nodeTarget(core, nodeName, `/${parts.map(encodeURIComponent).join('/')}${query}`);
  };

  const log = async (http: HttpCall, call: Call): Promise<void> => {
    const { query } = http.path;
    const pod = podAt(core, call.namespace, call.name);
    const container = containerOf(pod, query.get('container'));
    const options = logQuery(query);
    if (!pod.spec?.nodeName) return http.sendText(200, '');
    const target = agentPage(call, 'containerLogs', container, options);
    if (http.upgrade)
      return proxyToWebSocket({
        upgrade: { req: http.upgrade.request, socket: http.upgrade.socket, head: http.upgrade.head },
        target,
        tls,
        clock,
      });
    await passPlain(http, target);
  };

  const command = async (http: HttpCall, call: Call): Promise<void> => {
    const { query } = http.path;
    const container = containerOf(podAt(core, call.namespace, call.name), query.get('container'));
    const target = agentPage(call, call.subresource, container, commandQuery(query));
    await connect(call);
    await passUpgrade(http, target);
  };

  const portForward = async (http: HttpCall, call: Call): Promise<void> => {
    const ports = http.path.query.getAll('ports').map((port) => `port=${encodeURIComponent(port)}`);
    const target = agentPage(call, 'portForward', undefined, ports.length > 0 ? `?${ports.join('&')}` : '');
    await connect(call);
    await passUpgrade(http, target);
  };

  const nodeProxy = async (http: HttpCall, call: Call): Promise<void> => {
    const { name, port } = parseProxiedName(call.name);
    const target = nodeTarget(core, name, restOf(http));
    await connect(call);
    const at = port ? { ...target, port: Number(port) } : target;
    await (http.upgrade ? passUpgrade(http, at) : passPlain(http, at));
  };

  const networkProxy = async (http: HttpCall, call: Call): Promise<void> => {
    const find = call.resource.facts.resource === 'pods' ? podTarget : serviceTarget;
    const target = find(core, call.namespace, call.name);
    await connect(call);
    const { path, rest } = http.path;
    const prefix = path.slice(0, path.length - rest.length);
    await forwardRequest(http.exchange, { ...target, path: restOf(http), prefix });
  };

  return (http, call) => {
    switch (`${call.resource.facts.group}/${call.resource.facts.resource}/${call.subresource}`) {
      case '/pods/log':
        return log(http, call);
      case '/pods/exec':
      case '/pods/attach':
        return command(http, call);
      case '/pods/portforward':
        return portForward(http, call);
      case '/nodes/proxy':
        return nodeProxy(http, call);
      case '/pods/proxy':
      case '/services/proxy':
        return networkProxy(http, call);
      default:
        return undefined;
    }
  };
}

/** Path and query behind the proxy subresource. */
function restOf(http: HttpCall): string {
  const { query, rest } = http.path;
  return `${rest || '/'}${query.size > 0 ? `?${query}` : ''}`;
}
