// What the socket of `services` is asked about the plane. The guard is asked here too, because this is the door that everybody passes.
import { WorldError } from '#base';
import type { ConnectivityState } from '#engine/connectivity';
import { refuseUnlessAllowed } from '#model/operations';
import type { PlaneStatus, ServicesAnswer, ServicesRequest } from '#model/site';
import { rfc3339 } from '#platform/clock';
import type { DesiredApplier, DesiredEvent } from '#services/desired-state';
import type { PlaneEvent } from '#services/link';

export interface Planes {
  readonly siteName: string;
  /** Where the site stands now. */
  connectivity(): ConnectivityState;
  /** Declares a plane, kept when it returns. Errors: WorldError `Conflict` when it changes nothing. */
  declare(event: PlaneEvent): void;
  readonly desired: Pick<DesiredApplier, 'applied' | 'kept' | 'report' | 'look'>;
  event(event: DesiredEvent): void;
}

export type PlaneRequest = Extract<ServicesRequest, { verb: `plane-${string}` }>;

export const isPlaneRequest = (request: ServicesRequest): request is PlaneRequest => request.verb.startsWith('plane-');

function planeStatus({ siteName, connectivity, desired }: Planes): PlaneStatus {
  const { plane, planeSince, planeReason, mode } = connectivity();
  const report = desired.report();
  const { counts = {}, objects = [], more = 0 } = report ?? {};
  return {
    site: siteName,
    plane,
    since: rfc3339(planeSince),
    reason: planeReason,
    mode,
    desired:
      desired.kept() === 0 ? null : { revision: desired.kept(), applied: desired.applied(), counts, objects, more },
  };
}

function take(planes: Planes, reason: string): void {
  const why = reason.trim();
  if (why === '')
    throw new WorldError('Invalid', 'taking the plane needs a reason', {
      cure: 'say why: holdfast plane take --reason "the link is down and the pump must be reconfigured"',
    });
  declare(planes, { kind: 'plane-taken', reason: why }, `the local plane was taken: ${why}`);
}

function declare(planes: Planes, event: PlaneEvent, message: string): void {
  planes.declare(event);
  planes.event({
    type: event.kind === 'plane-taken' ? 'Warning' : 'Normal',
    subject: 'plane',
    reason: event.kind === 'plane-taken' ? 'PlaneTaken' : 'PlaneGiven',
    message,
  });
}

/** The plane after what was asked, with a look at what differs. Errors: WorldError `Refused`, `Invalid`, `Conflict`. */
export async function answerPlane(planes: Planes, request: PlaneRequest): Promise<ServicesAnswer> {
  refuseUnlessAllowed(request.verb, planes.connectivity());
  const isThere = (plane: 'local' | 'hub'): boolean => planes.connectivity().plane === plane;
  if (request.verb === 'plane-take' && !isThere('local')) take(planes, request.reason);
  if (request.verb === 'plane-give' && !isThere('hub'))
    declare(planes, { kind: 'plane-given' }, 'the plane was given to the hub');
  if (request.verb !== 'plane-show') await planes.desired.look();
  return { kind: 'plane', plane: planeStatus(planes) };
}
