// Puts the parts of the API server together and lets it listen.
import type { Client } from '#client';
import { versionDocument } from '#model/kube';
import type { Clock } from '#platform/clock';
import { listenHttps } from '#platform/http';
import type { Log } from '#platform/log';
import { makeServiceAddresses } from './addresses/service-addresses.ts';
import { admissionLookups, admissionPlugins, type FailoverForecast, type HubOwner } from './admission/index.ts';
import { makeFrameMaker } from './answer/watch-stream.ts';
import { type Authentication, accountLookups, createAuthentication } from './authentication/index.ts';
import { type Authorization, createAuthorization } from './authorization/index.ts';
import { bootstrapCluster } from './bootstrap/bootstrap.ts';
import { keepKubernetesService, settleKubernetesService } from './bootstrap/kubernetes-service.ts';
import type { AdmissionPlugin, ApiCredentials, PeerCertificate, UserInfo } from './contract.ts';
import { makeLocalClient } from './local-client/local-client.ts';
import { serverGauges } from './metrics/gauges.ts';
import { type Gauge, makeServerMetrics, type ServerMetrics } from './metrics/metrics.ts';
import { makeResourceRegistry } from './objects/resource-registry.ts';
import { makeAccept } from './request/accept.ts';
import type { AuditSink } from './request/audit.ts';
import { makeDiscoveryPaths } from './request/discovery-paths.ts';
import { type Identify, makeIdentify } from './request/identify.ts';
import { makeOpenApiPaths } from './request/openapi-paths.ts';
import { healthPaths, makeOtherHandler } from './request/other-handler.ts';
import { makePipeline } from './request/pipeline.ts';
import { makeResourceHandler } from './request/resource-handler.ts';
import { makeStreamHandler } from './request/stream-handler.ts';
import { makeSubresourceHandlers } from './request/subresource-handler.ts';
import { allSubresources } from './subresources/all.ts';
import { makeReviews } from './subresources/review.ts';
import type { Subresources } from './subresources/subresource.ts';
import type { Core, ObjectStore } from './verbs/call.ts';

export interface ApiServerOptions extends ApiCredentials {
  readonly store: ObjectStore;
  readonly listen: readonly { readonly host: string; readonly port: number }[];
  /** Whether a good client certificate was taken back; default none was. */
  isRevoked?(certificate: PeerCertificate): boolean;
  /** Default https://kubernetes.default.svc. */
  readonly issuer?: string;
  readonly serviceCidr: string;
  readonly nodePortRange: { readonly first: number; readonly last: number };
  readonly reservedNodePorts: readonly number[];
  /** Where clients in the cluster find the API: the endpoint of the service "kubernetes". */
  readonly advertise: { readonly host: string; readonly port: number };
  readonly gitVersion: string;
  /** Absent: there is no hub, and nothing is the hub's. */
  readonly hub?: HubOwner;
  /** Absent: the site has one node, whose loss is the site's. */
  readonly forecast?: FailoverForecast;
  /** Told of what people change, at metadata level. */
  readonly audit?: AuditSink;
  /** False once another one may serve: nothing is answered any more. Default always true. */
  mayServe?(): boolean;
  /** Shown at `/metrics` beside the server's own. */
  readonly gauges?: readonly Gauge[];
  readonly clock: Clock;
  readonly log: Log;
}

export interface ApiServer {
  /** One a `listen`, in its order. */
  readonly ports: readonly number[];
  /** A client in this process that acts as `user`. */
  client(user: UserInfo): Client;
  /** New connections see this certificate, tokens are signed with this key. Connections whose authority is gone are cut. */
  setCredentials(credentials: ApiCredentials): void;
  /** Cuts connections, with watches and commands that run over them, whose certificate has ended or was taken back. */
  cutRefused(): void;
  stop(): Promise<void>;
}

const SYSTEM: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };
const ISSUER_DEFAULT = 'https://kubernetes.default.svc';

/** What is in force, for those who ask when they need it. */
interface InForce {
  credentials: ApiCredentials;
}

interface Parts {
  readonly inForce: InForce;
  readonly core: Core;
  readonly subresources: Subresources;
  readonly authentication: Authentication;
  readonly authorization: Authorization;
  /** May do everything. */
  readonly system: Client;
  close(): void;
}

async function makeParts(options: ApiServerOptions): Promise<Parts> {
  const { store, clock, log } = options;
  const inForce: InForce = { credentials: options };
  const admission: AdmissionPlugin[] = [];
  const addresses = makeServiceAddresses({ ...options, random: Math.random });
  const core: Core = { store, registry: makeResourceRegistry(), admission, addresses, clock, log };
  // Token requests go to authentication, whose lookups are read through a client that has the subresources.
  const subresources = allSubresources(core, (account, request) => authentication.tokenRequest(account, request));
  const system = makeLocalClient({ core, subresources, user: SYSTEM });
  const accounts = accountLookups(system);
  const issuer = options.issuer ?? ISSUER_DEFAULT;
  const authentication = createAuthentication({ ...options, issuer, lookups: accounts });
  const authorization = createAuthorization({ client: system });
  const lookups = admissionLookups(system);
  await Promise.all([accounts.synced, authorization.synced, lookups.synced]);
  admission.push(
    ...admissionPlugins({
      lookups,
      authorization,
      clock,
      rootCaPem: () => rootCaOf(inForce.credentials),
      legacyToken: (account, secretName) => authentication.legacyToken(account, secretName),
      hub: options.hub,
      ...(options.forecast && { forecast: options.forecast }),
    }),
  );
  return {
    inForce,
    core,
    subresources,
    authentication,
    authorization,
    system,
    close() {
      accounts.close();
      authorization.close();
      lookups.close();
      addresses.close();
    },
  };
}

const rootCaOf = ({ rootCaPem, clientCaPem }: ApiCredentials): string => rootCaPem ?? clientCaPem;

function makeOther({ core, authentication }: Parts, options: ApiServerOptions, metrics: ServerMetrics) {
  const state = (): string | undefined =>
    core.store.state === 'open' ? undefined : `the store is ${core.store.state}`;
  return makeOtherHandler({
    exact: new Map([
      ...healthPaths([
        { name: 'ping', check: () => undefined },
        { name: 'log', check: () => undefined },
        { name: 'etcd', check: state },
        { name: 'poststarthook/rbac/bootstrap-roles', check: () => undefined },
      ]),
      ['/version', (http) => http.sendJson(200, versionDocument(options.gitVersion))],
      ['/metrics', (http) => http.sendText(200, metrics.text())],
      ['/openid/v1/jwks', (http) => http.sendJson(200, authentication.jwks())],
      ['/.well-known/openid-configuration', (http) => http.sendJson(200, authentication.openidConfiguration())],
    ]),
    under: [
      makeDiscoveryPaths(core.registry, `${options.advertise.host}:${options.advertise.port}`),
      makeOpenApiPaths(core.registry, options.gitVersion),
    ],
  });
}

function makeRequests(parts: Parts, identify: Identify, options: ApiServerOptions) {
  const { core, authentication, authorization, subresources, inForce } = parts;
  const metrics = makeServerMetrics([...serverGauges(core), ...(options.gauges ?? [])]);
  const objects = makeResourceHandler(core, makeFrameMaker(core));
  const streams = makeStreamHandler(core, () => inForce.credentials.nodeClient);
  const review = makeReviews({
    authorizer: authorization,
    tokenReview: (body) => authentication.tokenReview(body),
    rulesReview: (user, namespace) => authorization.rulesReview(user, namespace),
  });
  const others = makeSubresourceHandlers(core, subresources, { review });
  return makePipeline({
    core,
    identify,
    authorizer: authorization,
    accept: makeAccept(),
    resource(http, call) {
      if (call.subresource) return streams(http, call) ?? others.subresource(http, call);
      return call.resource.stored ? objects(http, call) : (others.answered(http, call) ?? objects(http, call));
    },
    metrics,
    audit: options.audit,
    other: makeOther(parts, options, metrics),
  });
}

/** Resolves when the server answers. Errors: WorldError when an address cannot be had. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const parts = await makeParts(options);
  const { core, system, subresources, authorization, authentication } = parts;
  await bootstrapCluster(system, options);
  await settleKubernetesService(system, options);
  const service = keepKubernetesService(system, options);
  const identify = makeIdentify(authentication, options);
  const requests = makeRequests(parts, identify, options);
  const { mayServe = () => true } = options;
  const server = await listenHttps({
    listen: options.listen,
    tls: { ...options.tls, clientCaPem: options.clientCaPem },
    clock: options.clock,
    onRequest: (exchange) => (mayServe() ? requests(exchange) : exchange.response.destroy()),
    onUpgrade: (exchange, upgrade) => (mayServe() ? requests(exchange, upgrade) : exchange.response.destroy()),
  });
  return {
    ports: server.ports,
    client: (user) => makeLocalClient({ core, subresources, user, authorizer: authorization }),
    setCredentials: (credentials) => {
      parts.inForce.credentials = credentials;
      authentication.setKeys(credentials.serviceAccountKeys);
      server.setCredentials({ ...credentials.tls, clientCaPem: credentials.clientCaPem });
      identify.cutRefused();
    },
    cutRefused: () => identify.cutRefused(),
    async stop() {
      identify.close();
      service.stop();
      await server.close();
      parts.close();
    },
  };
}
