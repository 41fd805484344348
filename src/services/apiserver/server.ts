// Puts the parts of the API server together and lets it listen.
import type { Client } from '#client';
import { versionDocument } from '#model/kube';
import type { Clock } from '#platform/clock';
import { type HttpsServer, listenHttps } from '#platform/http';
import type { Log } from '#platform/log';
import type { TlsCredentials } from '#platform/tls';
import { NOTHING_CLAIMED, type ServiceAddresses } from './addresses/service-addresses.ts';
import { makeFrameMaker } from './answer/watch-stream.ts';
import type { Authenticator, Authorizer, UserInfo } from './contract.ts';
import { makeResourceRegistry } from './objects/resource-registry.ts';
import { makeAccept } from './request/accept.ts';
import { makeDiscoveryPaths } from './request/discovery-paths.ts';
import { makeIdentify } from './request/identify.ts';
import { makeOpenApiPaths } from './request/openapi-paths.ts';
import { healthPaths, makeOtherHandler } from './request/other-handler.ts';
import { makePipeline } from './request/pipeline.ts';
import { makeResourceHandler } from './request/resource-handler.ts';
import type { Core, ObjectStore } from './verbs/call.ts';

export interface ApiServerOptions {
  readonly store: ObjectStore;
  readonly listen: readonly { readonly host: string; readonly port: number }[];
  readonly tls: TlsCredentials;
  readonly clientCaPem: string;
  readonly serviceAccountKeys: { readonly privateKeyPem: string; readonly publicKeysPem: readonly string[] };
  /** Default https://kubernetes.default.svc. */
  readonly issuer?: string;
  /** How node agents are spoken to, on port 10250 of a node. */
  readonly nodeClient: TlsCredentials & { readonly caPem: string };
  readonly serviceCidr: string;
  readonly nodePortRange: { readonly first: number; readonly last: number };
  readonly reservedNodePorts: readonly number[];
  /** Where clients in the cluster find the API: the endpoint of the service "kubernetes". */
  readonly advertise: { readonly host: string; readonly port: number };
  readonly gitVersion: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ApiServer {
  /** One a `listen`, in its order. */
  readonly ports: readonly number[];
  /** A client in this process that acts as `user`. */
  client(user: UserInfo): Client;
  /** New connections see this certificate; new client authorities are believed. */
  setCredentials(tls: TlsCredentials, clientCaPem: string): void;
  stop(): Promise<void>;
}

export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, clock, log } = options;
  const addresses: ServiceAddresses = { claimForCreate: () => NOTHING_CLAIMED, claimForUpdate: () => NOTHING_CLAIMED };
  const core: Core = { store, registry: makeResourceRegistry(), admission: [], addresses, clock, log };
  const authenticator: Authenticator = {
    authenticate: async ({ peerCertificate }) =>
      peerCertificate && { name: peerCertificate.subjectCommonName, groups: peerCertificate.organizations },
  };
  const authorizer: Authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const other = makeOtherHandler({
    exact: new Map([
      ...healthPaths([{ name: 'ping', check: () => undefined }]),
      ['/version', (http) => http.sendJson(200, versionDocument(options.gitVersion))],
    ]),
    under: [
      makeDiscoveryPaths(core.registry, `${options.advertise.host}:${options.advertise.port}`),
      makeOpenApiPaths(core.registry, options.gitVersion),
    ],
  });
  const onRequest = makePipeline({
    core,
    identify: makeIdentify(authenticator, clock),
    authorizer,
    accept: makeAccept(),
    resource: makeResourceHandler(core, makeFrameMaker(core)),
    other,
  });
  const tls = { ...options.tls, clientCaPem: options.clientCaPem };
  const server: HttpsServer = await listenHttps({ listen: options.listen, tls, onRequest });
  return {
    ports: server.ports,
    client: () => {
      throw new Error('not yet');
    },
    setCredentials: (credentials, clientCaPem) => server.setCredentials({ ...credentials, clientCaPem }),
    stop: () => server.close(),
  };
}
