// A site's certificates in a folder of their own, on a clock that the test moves.
import {
  DATA_FORMAT_VERSION,
  DEFAULT_PORTS,
  DEVICE_CLUSTER,
  LOOPBACK_NETWORK,
  type RenewedCertificate,
  type Site,
  type SiteFolders,
  siteFolders,
} from '#model/site';
import { type FakeClock, fakeClock } from '#platform/clock';
import { removeTree } from '#platform/disk';
import { memoryLog } from '#platform/log';
import { type CertificateKeeper, keepCertificates, type PairSurroundings } from './keep-certificates.ts';

export const START = Date.UTC(2026, 10, 21);

const machine = { node: 'node-a', cluster: 'device', cpuMillis: 1000, memoryBytes: 1, cpuShares: 1024, pinned: true };

export const SITE: Site = {
  formatVersion: DATA_FORMAT_VERSION,
  name: 'ship-1',
  id: 'abcdef',
  createdAt: '2026-11-21T00:00:00Z',
  domain: 'site.internal',
  runtime: 'containerd',
  network: LOOPBACK_NETWORK,
  ports: DEFAULT_PORTS,
  machines: [{ ...machine, name: 'node-a-worker', role: 'worker', address: '10.50.0.12' }],
  clusters: [DEVICE_CLUSTER],
};

export interface TrialPki {
  readonly folders: SiteFolders;
  readonly clock: FakeClock;
  readonly told: RenewedCertificate[];
  /** Whether tokens without an end rest on an earlier key. */
  held: boolean;
  /** Of a site of two nodes: what is known of the others. */
  pair?: PairSurroundings;
  /** As if holdfastd had been started anew. */
  keeper(): CertificateKeeper;
  remove(): void;
}

/** `data`: an empty folder, which `remove` removes. */
export function trialPki(data: string, site: Site = SITE): TrialPki {
  const folders = siteFolders(data);
  const clock = fakeClock(START);
  const told: RenewedCertificate[] = [];
  const trial: TrialPki = {
    folders,
    clock,
    told,
    held: false,
    keeper: () =>
      keepCertificates({
        site,
        folders,
        clock,
        log: memoryLog(),
        renewed: (what) => told.push(what),
        ...(trial.pair && { pair: trial.pair }),
        tokensHeld: async () => trial.held,
      }),
    remove: () => removeTree(data),
  };
  return trial;
}
