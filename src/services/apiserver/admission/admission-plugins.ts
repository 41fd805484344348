// The plug-ins of a cluster in the order in which they are called. What a later one relies on comes earlier: a pod has its
// account before its mounts are counted, and its priority before anything weighs it.
import type { ResourceFacts, ServiceAccount } from '#model/kube';
import type { Clock } from '#platform/clock';
import type { Authorization } from '../authorization/index.ts';
import { rbacEscalation } from '../authorization/index.ts';
import type { AdmissionPlugin } from '../contract.ts';
import { accountTokenSecret } from './account-token-secret.ts';
import type { AdmissionLookups } from './admission-lookups.ts';
import { certificateRequests } from './certificates.ts';
import { defaultTolerationSeconds, taintNodesByCondition } from './default-tolerations.ts';
import { type FailoverForecast, failoverForecast } from './failover-forecast.ts';
import { type HubOwner, hubOwnership } from './hub-ownership.ts';
import { defaultIngressClass } from './ingress-class.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { ownerReferencesPermission } from './owner-references.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { defaultStorageClass, persistentVolumeClaimResize, storageObjectInUseProtection } from './storage.ts';

export interface AdmissionOptions {
  readonly lookups: AdmissionLookups;
  readonly authorization: Authorization;
  readonly clock: Clock;
  rootCaPem(): string;
  legacyToken(account: ServiceAccount, secretName: string): string;
  /** Set to enforce rights on owners; off as in Kubernetes. */
  readonly resourceOfKind?: (apiVersion: string, kind: string) => ResourceFacts | undefined;
  /** Absent: there is no hub, and nothing is the hub's. */
  readonly hub?: HubOwner;
  /** Absent: the site has one node. */
  readonly forecast?: FailoverForecast;
}

export function admissionPlugins(options: AdmissionOptions): readonly AdmissionPlugin[] {
  const { lookups, authorization, clock, rootCaPem, legacyToken, resourceOfKind, hub, forecast } = options;
  return [
    namespaceLifecycle(lookups),
    nodeRestriction(lookups),
    serviceAccount({ lookups, clock }),
    taintNodesByCondition(),
    priority(lookups),
    defaultTolerationSeconds(),
    defaultStorageClass(lookups),
    storageObjectInUseProtection(),
    persistentVolumeClaimResize(lookups),
    runtimeClass(lookups),
    defaultIngressClass(lookups),
    certificateRequests(authorization),
    accountTokenSecret({ lookups, rootCaPem, legacyToken }),
    rbacEscalation(authorization),
    ...(hub ? [hubOwnership(hub)] : []),
    ...(resourceOfKind ? [ownerReferencesPermission({ authorizer: authorization, resourceOfKind })] : []),
    ...(forecast ? [failoverForecast(forecast)] : []),
  ];
}
