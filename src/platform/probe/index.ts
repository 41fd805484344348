// The door of the probe room.
export { openConnection } from './dial.ts';
export { type HttpProbe, openProber, type ProbeResult, type Prober } from './probe.ts';
