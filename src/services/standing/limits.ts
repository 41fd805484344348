// The limits of showing where a site stands.

/** How often what is shown is looked at though nothing changed: a mode follows from time too. */
export const LOOK_AGAIN_MS = 30_000;
/** A contact that is newer by less than this is no reason to write; a heartbeat a minute would be. */
export const CONTACT_SHOWN_MS = 5 * 60_000;
