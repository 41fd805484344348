// The load in a process of its own: sites that dial, beat and deliver by the product's own plan and over its own connections.
import { seededRandom } from '#base';
import { answerCalls } from './calls.ts';
import { type Flooded, flood } from './flood.ts';
import { type IdentityFiles, readIdentities } from './identities.ts';
import { LoadSite, type Tally, tally } from './load-site.ts';
import { nextDialAfterOutageMs } from './outage.ts';
import { SharedRhythm } from './shared-rhythm.ts';

export interface LoadAsked {
  readonly port: number;
  /** What stands above the sites' certificates. */
  readonly authorityPem: string;
  readonly identities: IdentityFiles;
  /** Sites of this process: those whose number leaves `part` when it is divided by `parts`, below `end`. */
  readonly part: number;
  readonly parts: number;
  readonly end: number;
  /** Sites that each of them stands for. */
  readonly carried: number;
  readonly seed: number;
}

let sites: LoadSite[] = [];
let random = seededRandom(1);
let seen: Tally = tally();
let rhythm: SharedRhythm | undefined;

async function each(parallel: number, act: (site: LoadSite) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let site = sites[next++]; site; site = sites[next++]) await act(site);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

const verbs = {
  async prepare({ port, authorityPem, identities, part, parts, end, carried, seed }: LoadAsked): Promise<void> {
    random = seededRandom(seed);
    sites = [];
    await readIdentities(identities, (number, line) => {
      if (number < end && number % parts === part)
        sites.push(new LoadSite({ number, line, port, authorityPem, carried, random, seen: () => seen }));
    });
  },
  /** Opens every connection, `parallel` at once. A connection counts when its first heartbeat is answered. */
  open: ({ parallel }: { parallel: number }): Promise<void> => each(parallel, (site) => site.open()),
  /** Beats for so many more sites over every connection. */
  share: ({ more }: { more: number }): void => {
    rhythm = new SharedRhythm({ sites, more, random });
  },
  /** Beats as fast as they are answered. */
  flood: (asked: { ms: number; parallel: number }): Promise<Flooded> => flood(sites, asked),
  /** Comes back after an outage; resolves when every site has delivered. `kept`: sites below this number keep their connection. */
  async comeBack({ outageMs, kept, waitMs }: { outageMs: number; kept: number; waitMs: number }): Promise<void> {
    const late = new Promise<never>((_, reject) => {
      const missing = (): number => sites.filter((site) => !site.hasDelivered).length;
      setTimeout(() => reject(new Error(`${missing()} sites have not delivered in ${waitMs} ms`)), waitMs).unref();
    });
    const all = sites.map((site) => site.comeBack(nextDialAfterOutageMs(outageMs, random), site.number < kept));
    await Promise.race([Promise.all(all), late]);
  },
  /** What was seen since this was last asked. */
  seen: (): Tally => {
    const before = seen;
    seen = tally();
    return before;
  },
  close: (): void => {
    rhythm?.stop();
    for (const site of sites) site.close();
  },
};
export type LoadVerbs = typeof verbs;

answerCalls(verbs);
