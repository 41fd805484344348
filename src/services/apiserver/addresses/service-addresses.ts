// The addresses and node ports that services hold. What is held is what the stored services say; a claim is held besides
// until its write is through, so that two services never get the same one.
import type { KubeObject } from '#model/kube';
import type { ServedResource } from '../objects/served-resource.ts';

/** Addresses set aside for one write. */
export interface AddressClaim {
  /** Gives back what the write did not take. */
  release(): void;
}

export interface ServiceAddresses {
  /** Completes a new service with addresses. Anything that is no service is left alone. Errors: ApiError 422. */
  claimForCreate(resource: ServedResource, object: KubeObject, dryRun: boolean): AddressClaim;
  /** Completes a changed service. Errors: ApiError 422. */
  claimForUpdate(resource: ServedResource, object: KubeObject, present: KubeObject, dryRun: boolean): AddressClaim;
}

export const NOTHING_CLAIMED: AddressClaim = { release: () => undefined };
