// Named limits of the infrastructure service, each with its reason.

/** How often the certificates are looked at. A short one has 30 days left when it is due, so an hour loses nothing; whoever
 * notices that the clock has jumped has them looked at at once. */
export const CERTIFICATE_CHECK_MS = 3_600_000;
/** While an authority is announced: how long until it is looked at again whether it may sign. */
export const ROLLOVER_CHECK_MS = 5_000;
/** How often a process looks whether the certificates have changed, where the system does not tell it. With the time that an
 * identity is remembered (2 s) a revocation takes effect within 5 s even then. */
export const FOLLOW_EVERY_MS = 2_000;
/** Several files change together; a look shortly after the last of them sees them all. */
export const FOLLOW_SETTLE_MS = 50;
/** Certificates of people who were deleted, of which it is remembered that they are worth nothing: a clock that goes back must not
 * revive them. A hundred bytes each, read with the record. */
export const GONE_MAX = 5_000;
/** How long past its end a kubeconfig of a person is remembered at least, when that person was given many. */
export const GONE_KEPT_MS = 365 * 86_400_000;
/** People of a site, and kubeconfigs of one that have not ended long ago: the record is read whole on every change. */
export const USERS_MAX = 1_000;
export const CERTIFICATES_PER_USER_MAX = 100;
/** Records that are sealed anew in one step, and the pause until the next: two hundred a second, a tenth of what etcd takes. */
export const RESEAL_RECORDS = 50;
export const RESEAL_PAUSE_MS = 250;
/** How often is looked whether a new key seals. */
export const RESEAL_LOOK_MS = 5_000;
