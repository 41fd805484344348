// The limits of the forecast, each with its reason.

/** Between two forecasts: a rollout changes pods many times a second, and nobody reads faster. */
export const FORECAST_EVERY_MS = 1_000;
/** Pods that are named per loss and list, with the number of the others: the forecast travels ten times a second. */
export const NAMED_MAX = 20;
/** How long a pod counts that was let in and is not there yet: a write that takes longer has failed. */
export const ADMITTED_MS = 5_000;
