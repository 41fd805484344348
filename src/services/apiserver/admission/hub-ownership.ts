// Objects of the hub's desired state are the hub's: whoever creates, changes or deletes one, or takes its mark away, is judged by the
// operations guard by where the site stands at that moment. Status is nobody's property and is not judged.
//
// Not judged either, because the cluster could not go on without them:
//   the applier                            brings what the hub wants
//   system: users but service accounts     controllers, scheduler, garbage collector, autoscalers (by scale), node agents
//   service accounts, in metadata alone    operators of workloads that keep their books in finalizers, annotations, labels, owners
// This keeps people from mistakes and lets them see who owns what; it is no wall against an administrator who impersonates.
import { sameJson } from '#base';
import type { KubeObject } from '#model/kube';
import { APPLIER_USER, OWNER_HUB, OWNER_LABEL, REVISION_ANNOTATION } from '#model/link';
import { operationNamed, refusalOf, refuseUnlessAllowed } from '#model/operations';
import type { Standing } from '#model/site';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';
import { forbid } from './refusal.ts';

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

/** `standing` is read at each write to an object of the hub, and at no other. */
export function hubOwnership(standing: () => Standing): AdmissionPlugin {
  return {
    name: 'HubOwnership',
    validate(request) {
      if (!isHubs(request.oldObject) && !isHubs(request.object)) return;
      if (!MAIN_WRITES.has(request.operation) || request.subresource === 'status' || isOfTheCluster(request)) return;
      const stands = standing();
      const refusal = refusalOf(operationNamed(OPERATION), stands);
      if (!refusal) return;
      try {
        refuseUnlessAllowed(OPERATION, stands);
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        forbid(request, `${said}; ${refusal.workaround}`, causesOf(refusal));
      }
    },
  };
}

/** The refusal for programs, field by field. */
const causesOf = (refusal: object) =>
  Object.entries(refusal).map(([reason, message]) => ({ reason: `holdfast.dev/${reason}`, message: String(message) }));
