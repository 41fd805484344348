// The agent's own HTTPS server, with the paths that a Kubernetes API server asks of a node. Whoever has no client certificate
// of the API server's authority is turned away before anything is looked at.
import { messageOf } from '#base';
import { type HttpExchange, type HttpsServer, listenHttps } from '#platform/http';
import type { UpgradeRequest } from '#platform/stream';
import type { AgentContext } from '../context.ts';
import type { PodTable } from '../source/pod-table.ts';
import { serveContainerLog } from './container-logs.ts';
import { serveAttach, serveExec, servePortForward } from './remote.ts';
import { resourceMetrics, statsSummary } from './usage.ts';

export interface ServerRequest {
  readonly context: AgentContext;
  readonly pods: PodTable;
  readonly exchange: HttpExchange;
  /** Parts of the path after the first. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

export async function startServer(context: AgentContext, pods: PodTable): Promise<HttpsServer> {
  const { options } = context;
  return listenHttps({
    listen: [options.listen],
    tls: { ...options.tls, clientCaPem: options.clientCaPem },
    clock: options.clock,
    onRequest: (exchange) => {
      if (!isLetIn(exchange)) return;
      const { first, request } = parse(context, pods, exchange);
      answer(first, request).catch((error: unknown) => {
        options.log.warn('a request to the node failed', { path: first, error: messageOf(error) });
        exchange.send(500, { 'content-type': 'text/plain' }, messageOf(error));
      });
    },
    onUpgrade: (exchange, { request: req, socket, head }) => {
      if (!isLetIn(exchange)) return;
      const { first, request } = parse(context, pods, exchange);
      serveUpgrade(first, request, { req, socket, head }).catch((error: unknown) => {
        options.log.debug('a stream ended', { path: first, error: messageOf(error) });
        socket.destroy();
      });
    },
  });
}

function isLetIn(exchange: HttpExchange): boolean {
  if (exchange.connection.peer.kind === 'verified') return true;
  exchange.send(401, { 'content-type': 'text/plain' }, 'Unauthorized');
  return false;
}

function parse(
  context: AgentContext,
  pods: PodTable,
  exchange: HttpExchange,
): { first: string; request: ServerRequest } {
  const url = new URL(exchange.url, 'https://node');
  const [first = '', ...parts] = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  return { first, request: { context, pods, exchange, parts, query: url.searchParams } };
}

async function answer(first: string, request: ServerRequest): Promise<void> {
  const { exchange, context, pods } = request;
  const json = (body: unknown): void =>
    exchange.send(200, { 'content-type': 'application/json' }, JSON.stringify(body));
  const text = (body: string): void => exchange.send(200, { 'content-type': 'text/plain; version=0.0.4' }, body);
  if (first === 'healthz') return text('ok');
  if (first === 'pods' || first === 'runningpods') return json(podList(pods));
  if (first === 'containerLogs') return serveContainerLog(request);
  if (first === 'stats' && request.parts[0] === 'summary') return json(await statsSummary(context, pods));
  if (first === 'metrics') return text(await resourceMetrics(context, pods));
  if (first === 'exec' || first === 'attach' || first === 'portForward')
    return exchange.send(400, { 'content-type': 'text/plain' }, 'Upgrade request required');
  exchange.send(404, { 'content-type': 'text/plain' }, '404 page not found');
}

function podList(pods: PodTable): unknown {
  const items = [...pods.workers.values()].map((worker) => ({ ...worker.pod, status: worker.status }));
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items };
}

async function serveUpgrade(first: string, request: ServerRequest, upgrade: UpgradeRequest): Promise<void> {
  if (first === 'exec') return serveExec(request, upgrade);
  if (first === 'attach') return serveAttach(request, upgrade);
  if (first === 'portForward') return servePortForward(request, upgrade);
  request.exchange.send(404, { 'content-type': 'text/plain' }, '404 page not found');
}
