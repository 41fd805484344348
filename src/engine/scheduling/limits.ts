// Named limits of the scheduling engine, each with its reason.

/** Pod queries whose counts are kept current; the one unused for longest is dropped. Each costs one test per pod change. */
export const podCountersMax = 128;
/** Highest score that one scorer gives a node. */
export const scoreMax = 100;
/** Scale of what an image that is there already is worth. Source: Kubernetes scheduler plug-in ImageLocality. */
export const imageBytesMin = 23 * 1024 * 1024;
export const imageBytesMax = 1000 * 1024 * 1024;
