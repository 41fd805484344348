// How an object of the hub's desired state is told from every other: by label, annotation and the manager of its fields.

/** Label of what the hub owns; its value is {@link OWNER_HUB}. */
export const OWNER_LABEL = 'holdfast.dev/owner';
export const OWNER_HUB = 'hub';
/** The revision of the desired state that last changed the object. */
export const REVISION_ANNOTATION = 'holdfast.dev/hub-revision';
/** Manager of the fields that the hub set (server-side apply). */
export const HUB_FIELD_MANAGER = 'holdfast-hub';
/** Whom the API server knows the applier as: the name in the certificate of the process `services`. */
export const APPLIER_USER = 'holdfast:services';
