// Heartbeats as fast as they are answered: so many under way at any time, over all connections one after the other.
import type { LoadSite } from './load-site.ts';

export interface Flooded {
  readonly beats: number;
  readonly seconds: number;
}

export async function flood(
  sites: readonly LoadSite[],
  { ms, parallel }: { ms: number; parallel: number },
): Promise<Flooded> {
  const startMs = performance.now();
  let next = 0;
  let beats = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - startMs < ms) {
      const site = sites[next++ % sites.length];
      if (!site?.uplink) continue;
      await site.beat(site.uplink);
      beats++;
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return { beats, seconds: (performance.now() - startMs) / 1000 };
}
