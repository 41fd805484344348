// What passes between the parts of the API server: who asks, for what, and the chain that answers.
import type { KubeObject, ResourceFacts } from '#model/kube';
import type { ClientTls, TlsCredentials } from '#platform/tls';

/** Source: authentication.k8s.io/v1 UserInfo. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What the server identifies itself with, believes, and signs with. All of it can be swapped while it runs. */
export interface ApiCredentials {
  readonly tls: TlsCredentials;
  readonly clientCaPem: string;
  /** The authorities that clients in pods must trust to believe `tls`; default `clientCaPem`. */
  readonly rootCaPem?: string;
  readonly serviceAccountKeys: { readonly privateKeyPem: string; readonly publicKeysPem: readonly string[] };
  /** How node agents are spoken to, on port 10250 of a node. */
  readonly nodeClient: TlsCredentials & ClientTls;
}

/** A client certificate that is good as far as its authority is concerned. */
export interface PeerCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Upper-case hex. */
  readonly serialNumber: string;
}

/** What a request is about. Source: Kubernetes API concepts, "Resource URIs" and authorization "Request attributes". */
export interface RequestAttributes {
  readonly user: UserInfo;
  /** get list watch create update patch delete deletecollection, or the lower-case HTTP method for non-resource paths. */
  readonly verb: string;
  readonly isResource: boolean;
  /** Path without query, for non-resource requests. */
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** Finds out who a request is from; undefined when this one does not know. Throws ApiError 401 on bad credentials. */
export interface Authenticator {
  authenticate(credentials: {
    readonly peerCertificate?: { subjectCommonName: string; organizations: readonly string[] };
    readonly bearerToken?: string;
  }): Promise<UserInfo | undefined>;
}

export interface Authorizer {
  authorize(request: RequestAttributes): { readonly allowed: boolean; readonly reason: string };
}

/** Source: admission.k8s.io/v1 AdmissionRequest. `object` may be changed by mutating plug-ins. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly resource: ResourceFacts;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  object?: KubeObject;
  readonly oldObject?: KubeObject;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Tells the client something without refusing. */
  warn(message: string): void;
}

/** Refuses by throwing ApiError. Order in the list is order of calling; all `mutate`, then all `validate`. */
export interface AdmissionPlugin {
  readonly name: string;
  mutate?(request: AdmissionRequest): void | Promise<void>;
  validate?(request: AdmissionRequest): void | Promise<void>;
}
