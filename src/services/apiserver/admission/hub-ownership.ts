// Objects of the hub's desired state are the hub's: whoever creates, changes or deletes one, or takes its mark away, is judged by the
// operations guard by where the site stands at that moment. Status is nobody's property and is not judged.
//
// Deleting a namespace with such objects in it is judged like deleting them. Not judged, because the cluster could not go on without them:
//   the applier                            brings what the hub wants
//   system: users but service accounts     controllers, scheduler, garbage collector, autoscalers (by scale), node agents
//   service accounts, in metadata alone    operators of workloads that keep their books in finalizers, annotations, labels, owners
// This keeps people from mistakes and lets them see who owns what; it is no wall against an administrator who impersonates.
import { messageOf, sameJson } from '#base';
import type { KubeObject } from '#model/kube';
import { APPLIER_USER, OWNER_HUB, OWNER_LABEL, REVISION_ANNOTATION } from '#model/link';
import { operationNamed, refusalOf, refuseUnlessAllowed } from '#model/operations';
import type { Standing } from '#model/site';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';
import { forbid, isFor } from './refusal.ts';

const OPERATION = 'change-hub-objects';
const SERVICE_ACCOUNT = 'system:serviceaccount:';

const isHubs = (object: KubeObject | undefined): boolean => object?.metadata?.labels?.[OWNER_LABEL] === OWNER_HUB;

/** The mark by which the hub's objects are known. */
const markOf = ({ metadata }: KubeObject) => [
  metadata?.labels?.[OWNER_LABEL],
  metadata?.annotations?.[REVISION_ANNOTATION],
];

/** Everything but status and what others keep in metadata. */
function contentOf(object: KubeObject): object {
  const { metadata: _metadata, status: _status, ...content } = object as KubeObject & { status?: unknown };
  return content;
}

const keepsBooksAlone = ({ operation, object, oldObject }: AdmissionRequest): boolean =>
  operation === 'UPDATE' &&
  object !== undefined &&
  oldObject !== undefined &&
  sameJson(markOf(object), markOf(oldObject)) &&
  sameJson(contentOf(object), contentOf(oldObject));

function isOfTheCluster(request: AdmissionRequest): boolean {
  const { name } = request.user;
  if (name === APPLIER_USER) return true;
  if (name.startsWith(SERVICE_ACCOUNT)) return keepsBooksAlone(request);
  return name.startsWith('system:') && name !== 'system:anonymous';
}

const MAIN_WRITES: ReadonlySet<AdmissionRequest['operation']> = new Set(['CREATE', 'UPDATE', 'DELETE']);

/** What the door has to know of the hub. Neither may throw. */
export interface HubOwner {
  /** Where the site stands; read at each write to what is the hub's, and at no other. */
  standing(): Standing;
  /** Whether the hub has brought objects into a namespace. */
  broughtInto(namespace: string): boolean;
}

function isJudged(hub: HubOwner, request: AdmissionRequest): boolean {
  const { operation, name, oldObject, object, subresource } = request;
  if (subresource === 'status' || !MAIN_WRITES.has(operation)) return false;
  const isNamespaceGoing = operation === 'DELETE' && isFor(request, '', 'namespaces');
  if (!isHubs(oldObject) && !isHubs(object) && !(isNamespaceGoing && hub.broughtInto(name))) return false;
  return !isOfTheCluster(request);
}

export function hubOwnership(hub: HubOwner): AdmissionPlugin {
  return {
    name: 'HubOwnership',
    validate(request) {
      if (!isJudged(hub, request)) return;
      const standing = hub.standing();
      const refusal = refusalOf(operationNamed(OPERATION), standing);
      if (!refusal) return;
      try {
        refuseUnlessAllowed(OPERATION, standing);
      } catch (error) {
        forbid(request, `${messageOf(error)}; ${refusal.workaround}`, causesOf(refusal));
      }
    },
  };
}

/** The refusal for programs, field by field. */
const causesOf = (refusal: object) =>
  Object.entries(refusal).map(([reason, message]) => ({ reason: `holdfast.dev/${reason}`, message: String(message) }));
