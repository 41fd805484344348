// The named limits of this room, each with its reason.

/** A question to a controller; the slow ones take a few seconds, and an agent sets no limit of its own. */
export const ASK_MS_MAX = 15_000;
/** From the order to the power being off, as the controller tells it: hardware that needs longer is broken. */
export const CUT_MS_MAX = 20_000;
/** Seconds that ipmitool waits for one answer, and how often it asks: by itself it takes longer than a question may. */
export const IPMI_PATIENCE = ['-N', '2', '-R', '2'] as const;
