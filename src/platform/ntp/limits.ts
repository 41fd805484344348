// Named limits of the NTP room, each with its reason.

/** A server that does not answer in this time is silent; a satellite's way there and back is below a second. */
export const ANSWER_MS_MAX = 3_000;
export const NTP_PORT = 123;
