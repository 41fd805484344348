// The CNI configuration of a machine: one point-to-point link a pod, addresses from the machine's own range.
// Source: CNI specification 0.4.0; plug-ins ptp and host-local. Host ports are the service proxy's, not portmap's.

export interface CniOptions {
  /** The machine's own range of pod addresses, e.g. 172.27.1.0/24. */
  readonly podCidr: string;
  /** Where host-local remembers what it gave out. */
  readonly dataDir: string;
  readonly mtu: number;
}

export const CNI_FILE = '10-holdfast.conflist';

export function cniConfig(options: CniOptions): string {
  const ptp = {
    type: 'ptp',
    ipMasq: false,
    mtu: options.mtu,
    ipam: {
      type: 'host-local',
      dataDir: options.dataDir,
      ranges: [[{ subnet: options.podCidr }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  };
  return `${JSON.stringify({ cniVersion: '0.4.0', name: 'holdfast', plugins: [ptp] }, null, 2)}\n`;
}
