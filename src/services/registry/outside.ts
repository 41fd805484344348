// Asks registries outside for manifests and blobs, with anonymous tokens where they want one, and lets one rest that failed.
// Source: OCI distribution-spec 1.1 "Pull"; distribution "Token Authentication".
import { WorldError } from '#base';
import { MEDIA_TYPES } from '#model/oci';
import type { Clock } from '#platform/clock';
import { type Fetched, fetchStream } from '#platform/fetch';
import { MANIFEST_BYTES_MAX, OUTSIDE_REST_MS, OUTSIDE_TIMEOUT_MS, TOKEN_BYTES_MAX } from './limits.ts';
import type { Outside } from './route.ts';

export interface OutsideManifest {
  readonly text: string;
  readonly mediaType: string | undefined;
}

export type OutsideAnswer<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'missing'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly message: string };

export interface OutsideRegistries {
  /** The digest that a tag has out there, by HEAD. */
  digestOf(of: Outside, tag: string): Promise<OutsideAnswer<string>>;
  manifest(of: Outside, reference: string): Promise<OutsideAnswer<OutsideManifest>>;
  blob(of: Outside, digest: string): Promise<OutsideAnswer<AsyncIterable<Uint8Array>>>;
}

const ACCEPT = Object.values(MEDIA_TYPES)
  .filter((type) => type.includes('manifest') || type.includes('index'))
  .join(', ');

/** Where a registry answers: by its own name over HTTPS, on loopback over plain HTTP, unless the site's settings say otherwise. */
export function baseUrlOf(registry: string, settings: Readonly<Record<string, string>>): string {
  const set = settings[registry];
  if (set) return set.replace(/\/+$/, '');
  if (registry === 'docker.io') return 'https://registry-1.docker.io';
  return /^(localhost|127\.[0-9.]+)(:[0-9]+)?$/.test(registry) ? `http://${registry}` : `https://${registry}`;
}

/** `settings` maps a registry's name to the URL where it answers. */
export function outsideRegistries(options: {
  settings(): Readonly<Record<string, string>>;
  clock: Clock;
}): OutsideRegistries {
  const resting = new Map<string, { readonly untilMs: number; readonly message: string }>();
  const tokens = new Map<string, string>();

  const withToken = async (of: Outside, challenge: string): Promise<string | undefined> => {
    const field = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
    const realm = field('realm');
    if (!challenge.startsWith('Bearer ') || !realm) return undefined;
    const url = new URL(realm);
    const service = field('service');
    if (service) url.searchParams.set('service', service);
    url.searchParams.set('scope', `repository:${of.repository}:pull`);
    const answer = await fetchStream(url.href, { timeoutMs: OUTSIDE_TIMEOUT_MS });
    const body = JSON.parse(await answer.text(TOKEN_BYTES_MAX)) as { token?: string; access_token?: string };
    return body.token ?? body.access_token;
  };
  const get = async (of: Outside, path: string, method: 'GET' | 'HEAD'): Promise<Fetched> => {
    const key = `${of.registry}/${of.repository}`;
    const url = `${baseUrlOf(of.registry, options.settings())}/v2/${of.repository}/${path}`;
    const send = (token: string | undefined): Promise<Fetched> =>
      fetchStream(url, {
        method,
        timeoutMs: OUTSIDE_TIMEOUT_MS,
        headers: { accept: ACCEPT, ...(token ? { authorization: `Bearer ${token}` } : {}) },
      });
    const first = await send(tokens.get(key));
    if (first.status !== 401) return first;
    first.discard();
    const token = await withToken(of, first.headers['www-authenticate'] ?? '');
    if (token === undefined) return first;
    tokens.set(key, token);
    return send(token);
  };
  const ask = async <T>(
    of: Outside,
    path: string,
    method: 'GET' | 'HEAD',
    read: (answer: Fetched) => Promise<T> | T,
  ): Promise<OutsideAnswer<T>> => {
    const rests = resting.get(of.registry);
    if (rests && rests.untilMs > options.clock.monotonicMs()) return { kind: 'unreachable', message: rests.message };
    try {
      const answer = await get(of, path, method);
      if (answer.status === 200) return { kind: 'found', value: await read(answer) };
      answer.discard();
      if (answer.status >= 500) return { kind: 'unreachable', message: `${of.registry} answered ${answer.status}` };
      return { kind: 'missing', status: answer.status };
    } catch (error) {
      if (!(error instanceof WorldError) || error.code !== 'Unavailable') throw error;
      resting.set(of.registry, { untilMs: options.clock.monotonicMs() + OUTSIDE_REST_MS, message: error.message });
      return { kind: 'unreachable', message: error.message };
    }
  };
  return {
    digestOf: (of, tag) =>
      ask(of, `manifests/${tag}`, 'HEAD', (answer) => {
        answer.discard();
        return answer.headers['docker-content-digest'] ?? '';
      }),
    manifest: (of, reference) =>
      ask(of, `manifests/${reference}`, 'GET', async (answer) => ({
        text: await answer.text(MANIFEST_BYTES_MAX),
        mediaType: answer.headers['content-type']?.split(';')[0],
      })),
    blob: (of, digest) => ask(of, `blobs/${digest}`, 'GET', (answer) => answer.body),
  };
}
