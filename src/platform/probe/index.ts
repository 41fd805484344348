// The door of the probe room.
export { type HttpProbe, openProber, type ProbeResult, type Prober } from './probe.ts';
