// An API server on a free port with a memory store and certificates made for the occasion, for tests and for trying it out.
import { type Clock, systemClock } from '#platform/clock';
import { type Log, memoryLog } from '#platform/log';
import { issueCertificate, newKeyPem, publicKeyPem } from '#platform/x509';
import { openMemoryStore, type Store } from '#store';
import {
  type ApiCredentials,
  type ApiServer,
  type ApiServerOptions,
  type ObjectIndex,
  objectIndex,
  startApiServer,
} from './index.ts';

export interface TrialServer {
  readonly server: ApiServer;
  readonly store: Store<ObjectIndex>;
  readonly url: string;
  readonly caPem: string;
  /** What the server identifies itself with. */
  readonly tls: { readonly certPem: string; readonly keyPem: string };
  /** All that it was started with. */
  readonly credentials: ApiCredentials;
  /** A client certificate that the server believes. */
  clientCertificate(user: string, groups?: readonly string[]): Promise<{ certPem: string; keyPem: string }>;
  /** A certificate of a server on this machine, as a node agent has one. */
  serverCertificate(name: string): Promise<{ certPem: string; keyPem: string }>;
  /** A kubeconfig for a user, as text. */
  kubeconfig(user: string, groups?: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const DAY_MS = 86_400_000;

interface Issued {
  readonly certPem: string;
  readonly keyPem: string;
}

async function issue(
  request: { commonName: string; organizations?: readonly string[]; names?: readonly string[] },
  use: 'authority' | 'server' | 'client',
  issuer?: Issued,
): Promise<Issued> {
  const keyPem = newKeyPem();
  const now = Date.now();
  const dates = { notBeforeMs: now - DAY_MS, notAfterMs: now + DAY_MS };
  return { keyPem, certPem: await issueCertificate({ ...request, ...dates, use, keyPem, issuer }) };
}

export async function startTrialServer(
  options: Partial<ApiServerOptions> & { port?: number; clock?: Clock; log?: Log } = {},
): Promise<TrialServer> {
  const ca = await issue({ commonName: 'trial-ca' }, 'authority');
  const names = ['localhost', '127.0.0.1', 'kubernetes', 'kubernetes.default.svc'];
  const tls = await issue({ commonName: 'kube-apiserver', names }, 'server', ca);
  const nodeClient = await issue({ commonName: 'apiserver-node-client' }, 'client', ca);
  const accountKey = newKeyPem();
  const store = options.store ?? openMemoryStore<ObjectIndex>({ index: objectIndex });
  const credentials: ApiCredentials = {
    tls,
    clientCaPem: ca.certPem,
    serviceAccountKeys: { privateKeyPem: accountKey, publicKeysPem: [publicKeyPem(accountKey)] },
    nodeClient: { ...nodeClient, caPem: ca.certPem },
  };
  const server = await startApiServer({
    store,
    listen: [{ host: '127.0.0.1', port: options.port ?? 0 }],
    ...credentials,
    serviceCidr: '172.28.0.0/16',
    nodePortRange: { first: 30000, last: 32767 },
    reservedNodePorts: [31000, 31001],
    advertise: { host: '10.0.0.1', port: 6443 },
    gitVersion: 'v1.36.0+holdfast.1',
    clock: systemClock,
    log: memoryLog(),
    ...options,
  });
  const url = `https://127.0.0.1:${server.ports[0]}`;
  const clientCertificate = (user: string, groups: readonly string[] = []): Promise<Issued> =>
    issue({ commonName: user, organizations: groups }, 'client', ca);
  return {
    server,
    store,
    url,
    caPem: ca.certPem,
    tls,
    credentials,
    clientCertificate,
    serverCertificate: (name) => issue({ commonName: name, names: ['127.0.0.1'] }, 'server', ca),
    kubeconfig: async (user, groups) => kubeconfigText(url, ca.certPem, await clientCertificate(user, groups)),
    stop: async () => {
      await server.stop();
      await store.close();
    },
  };
}

function kubeconfigText(server: string, caPem: string, client: Issued): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return `apiVersion: v1
kind: Config
current-context: trial
clusters:
- name: trial
  cluster:
    server: ${server}
    certificate-authority-data: ${base64(caPem)}
users:
- name: trial
  user:
    client-certificate-data: ${base64(client.certPem)}
    client-key-data: ${base64(client.keyPem)}
contexts:
- name: trial
  context:
    cluster: trial
    user: trial
`;
}
