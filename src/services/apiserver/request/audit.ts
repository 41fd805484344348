// What people change through the API, told at metadata level: who, what on which object, from where, and how it was answered;
// never a body. What the system's own parts do (nodes, controllers, service accounts, the site's own services) is not told:
// it follows from what people did. Source: Kubernetes documentation, "Auditing", level Metadata.
import type { HttpExchange } from '#platform/http';
import type { UserInfo } from '../contract.ts';
import type { RequestPath } from './request-path.ts';

export interface AuditedRequest {
  readonly user: string;
  /** Whose credentials they were, when another spoke for `user`. */
  readonly by?: string;
  /** create update patch delete deletecollection; connect for what goes into a container. */
  readonly verb: string;
  /** "apps/v1/deployments/scale". */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  /** HTTP status; none for a connection, which is told when it begins. */
  readonly code?: number;
  /** Why it was refused. */
  readonly reason?: string;
  readonly address: string;
}

/** Resolves when the record is kept, or is known not to be; never rejects. `durable`: somebody waits for it. */
export type AuditSink = (request: AuditedRequest, options: { durable: boolean }) => Promise<unknown>;

/** One request that is told, once. */
export interface Audited {
  actsAs(user: UserInfo): void;
  readonly named: (name: string) => void;
  refused(status: { readonly code: number; readonly message?: string }): Promise<unknown>;
}

const CHANGES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
const CONNECTIONS: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward']);
/** Questions that are asked by creating something that is not kept. */
const QUESTIONS: ReadonlySet<string> = new Set(['authentication.k8s.io', 'authorization.k8s.io']);
const REASON_CHARACTERS_MAX = 512;

const isPerson = ({ name }: UserInfo): boolean => !name.startsWith('system:') && !name.startsWith('holdfast:');

function isTold(path: RequestPath): boolean {
  if (!path.isResource || path.query.has('dryRun')) return false;
  if (CONNECTIONS.has(path.subresource)) return true;
  return CHANGES.has(path.verb) && (path.subresource !== '' || !QUESTIONS.has(path.group));
}

/** Undefined for what is not told. */
export function auditedRequest(
  sink: AuditSink,
  { exchange, path, user }: { exchange: HttpExchange; path: RequestPath; user: UserInfo },
): Audited | undefined {
  if (!isTold(path)) return undefined;
  const { group, version, resource, subresource, namespace } = path;
  const connects = CONNECTIONS.has(subresource);
  // Once the answer is out, the connection may be gone.
  const address = exchange.connection.remoteAddress;
  const about = { acting: user, name: path.name, told: false };
  const tell = (answer: { code?: number; reason?: string }, durable: boolean): Promise<unknown> => {
    if (about.told || !(isPerson(user) || isPerson(about.acting))) return Promise.resolve();
    about.told = true;
    const request: AuditedRequest = {
      user: about.acting.name,
      ...(about.acting.name !== user.name && { by: user.name }),
      verb: connects ? 'connect' : path.verb,
      resource: [group, version, resource, subresource].filter((part) => part !== '').join('/'),
      ...(namespace && { namespace }),
      ...(about.name && { name: about.name }),
      ...answer,
      address,
    };
    return sink(request, { durable });
  };
  exchange.onClose(() => void tell({ code: exchange.status }, false));
  return {
    actsAs(acting) {
      about.acting = acting;
      // When a connection ends, it has long been used.
      if (connects) setImmediate(() => void tell({}, false));
    },
    named: (name) => {
      about.name = name;
    },
    refused: ({ code, message = '' }) => tell({ code, reason: message.slice(0, REASON_CHARACTERS_MAX) }, true),
  };
}
