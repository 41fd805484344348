// Load for a site of two nodes, and what it must find afterwards: a writer that counts up on a few keys, and a watcher that resumes where it was.
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type HttpClient, httpClient, resourceOf } from '#client';
import type { ConfigMap } from '#model/kube';
import { kubeconfigRead } from '#model/site';
import { systemClock } from '#platform/clock';
import { SHORT_PATIENCE } from '#platform/http';
import { memoryLog } from '#platform/log';

const CONFIG_MAPS = resourceOf<ConfigMap>('', 'v1', 'configmaps');
const NAMESPACE = 'default';
const LABEL = 'chaos';
const SELECTOR = `app=${LABEL}`;
/** Pauses between attempts while nobody answers, and between two writes. */
const AGAIN_MS = 100;
const PACE_MS = 20;
/** An answer that takes longer is not waited for. */
const ANSWER_MS = 5_000;
const NOT_FOUND = 404;
const CONFLICT = 409;
const EXPIRED = 410;

/** A value of a key, as the API showed it. */
export interface Version {
  readonly key: string;
  readonly value: number;
  readonly resourceVersion: number;
}

const versionOf = ({ metadata, data }: ConfigMap): Version => ({
  key: metadata?.name ?? '',
  value: Number(data?.n),
  resourceVersion: Number(metadata?.resourceVersion),
});

function clientOf(kubeconfig: string): HttpClient {
  const facts = kubeconfigRead(kubeconfig);
  const log = memoryLog();
  return httpClient({ ...facts, userAgent: 'chaos/1', patience: SHORT_PATIENCE, clock: systemClock, log });
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  const gaveUp = new AbortController();
  const late = sleep(ANSWER_MS, undefined, { signal: gaveUp.signal }).then(() => {
    throw new Error(`no answer within ${ANSWER_MS} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    gaveUp.abort();
  }
}

/** One attempt over a connection of its own, so that what was given up is not under way any more on our side. */
async function once<T>(kubeconfig: string, act: (client: HttpClient) => Promise<T>): Promise<T> {
  const client = clientOf(kubeconfig);
  try {
    return await act(client);
  } finally {
    client.close();
  }
}

/** Counts up, each number on the next of its keys. Each write names the version that it replaces, so one whose answer was lost and that comes
 * late overwrites nothing. */
export class CountingWriter {
  readonly acknowledged: Version[] = [];
  readonly keys: readonly string[];
  readonly #kubeconfig: string;
  readonly #latest = new Map<string, string>();
  #going = true;
  readonly #done: Promise<void>;

  constructor(kubeconfig: string, keys: number) {
    this.#kubeconfig = kubeconfig;
    this.keys = Array.from({ length: keys }, (_, n) => `${LABEL}-${n}`);
    this.#done = this.#run();
  }

  /** Resolves with what the API shows of each key at the end. */
  async stop(): Promise<readonly Version[]> {
    this.#going = false;
    await this.#done;
    const { items } = await once(this.#kubeconfig, (client) => client.list(CONFIG_MAPS, { labelSelector: SELECTOR }));
    return items.map(versionOf);
  }

  async #run(): Promise<void> {
    let client = clientOf(this.#kubeconfig);
    for (let n = 1; this.#going; n++) {
      const key = this.keys[n % this.keys.length] ?? '';
      try {
        await inTime(this.#write(client, key, n));
        await sleep(PACE_MS);
      } catch (error) {
        this.#latest.delete(key);
        if (error instanceof ApiError && error.code === CONFLICT) continue;
        client.close();
        client = clientOf(this.#kubeconfig);
        await sleep(AGAIN_MS);
      }
    }
    client.close();
  }

  async #write(client: HttpClient, key: string, n: number): Promise<void> {
    const data = { n: String(n) };
    const at = { namespace: NAMESPACE, name: key };
    const resourceVersion = this.#latest.get(key) ?? (await this.#found(client, key));
    const metadata = { ...at, labels: { app: LABEL } };
    const made =
      resourceVersion === undefined
        ? await client.create(CONFIG_MAPS, { metadata, data })
        : await client.update(CONFIG_MAPS, { metadata: { ...metadata, resourceVersion }, data });
    this.#latest.set(key, made.metadata?.resourceVersion ?? '');
    this.acknowledged.push(versionOf(made));
  }

  async #found(client: HttpClient, name: string): Promise<string | undefined> {
    try {
      return (await client.get(CONFIG_MAPS, { namespace: NAMESPACE, name })).metadata?.resourceVersion;
    } catch (error) {
      if (error instanceof ApiError && error.code === NOT_FOUND) return undefined;
      throw error;
    }
  }
}

/** Watches the writer's keys; each time that the watch ends, another goes on after the last that was seen. */
export class ResumingWatcher {
  readonly seen: Version[] = [];
  /** How often it had to go on. */
  resumed = 0;
  /** Set when it could not go on where it was. */
  lost: string | undefined;
  readonly #kubeconfig: string;
  #going = true;
  #close: () => void = () => undefined;

  constructor(kubeconfig: string, from: string) {
    this.#kubeconfig = kubeconfig;
    this.#watch(from);
  }

  stop(): void {
    this.#going = false;
    this.#close();
  }

  #watch(from: string): void {
    const client = clientOf(this.#kubeconfig);
    let at = from;
    const handle = client.watch(CONFIG_MAPS, {
      ...{ namespace: NAMESPACE, labelSelector: SELECTOR, resourceVersion: from },
      onEvent: ({ type, object }) => {
        const config = object as ConfigMap;
        at = config.metadata?.resourceVersion ?? at;
        if (type !== 'BOOKMARK') this.seen.push(versionOf(config));
      },
      onEnd: (error) => {
        client.close();
        if (!this.#going) return;
        if (error?.code === EXPIRED) {
          this.lost = `it cannot go on after ${at}: ${error.message}`;
          return;
        }
        this.resumed += 1;
        void sleep(AGAIN_MS).then(() => this.#going && this.#watch(at));
      },
    });
    this.#close = () => {
      handle.close();
      client.close();
    };
  }
}

/** Where a watch that is to see everything begins. */
export async function versionNow(kubeconfig: string): Promise<string> {
  return (await once(kubeconfig, (client) => client.list(CONFIG_MAPS, { labelSelector: SELECTOR }))).resourceVersion;
}

/** Everything that is wrong: writes that were acknowledged and are not there, values that went back, what a watch missed or saw twice. */
export function faultsFound(of: {
  readonly acknowledged: readonly Version[];
  readonly seen: readonly Version[];
  readonly final: readonly Version[];
}): readonly string[] {
  const { acknowledged, seen, final } = of;
  const found: string[] = [];
  const shown = (version: Version): string => `${version.key} ${version.value} at ${version.resourceVersion}`;
  const known = new Set(seen.map(shown));
  for (const version of acknowledged)
    if (!known.has(shown(version))) found.push(`acknowledged, not seen: ${shown(version)}`);
  const last = new Map<string, Version>();
  let newest = 0;
  for (const version of seen) {
    if (version.resourceVersion <= newest) found.push(`seen twice or out of order: ${shown(version)}`);
    newest = Math.max(newest, version.resourceVersion);
    const before = last.get(version.key);
    if (before && version.value <= before.value) found.push(`went back from ${before.value}: ${shown(version)}`);
    last.set(version.key, version);
  }
  for (const version of final) {
    const seenLast = last.get(version.key);
    if (!seenLast || shown(seenLast) !== shown(version)) found.push(`at the end, not seen last: ${shown(version)}`);
  }
  for (const key of new Set(acknowledged.map((version) => version.key)))
    if (!final.some((version) => version.key === key)) found.push(`gone at the end: ${key}`);
  return found;
}
