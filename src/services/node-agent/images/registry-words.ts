// What the site's registry says of an image that could not be pulled. The runtime keeps a registry's words to itself, so the
// agent asks again, as the runtime asked: for the manifest, then for blobs that the runtime named.
// Source: OCI distribution-spec 1.1, "Pulling manifests", "Error Codes"; `ns` is what containerd adds when it asks a mirror.
import { messageOf } from '#base';
import type { ImageAuth } from '#platform/cri';
import { base64 } from '#platform/digest';
import { type Fetched, fetchStream } from '#platform/fetch';
import { REGISTRY_WORDS_BYTES_MAX, REGISTRY_WORDS_MS } from '../limits.ts';

export interface SiteRegistry {
  /** Host and port. */
  readonly address: string;
  /** Who signs for it now; authorities are replaced while the agent runs. */
  caPem(): string;
  /** Hosts with port under which images name it; there the pod's credentials decide. */
  readonly ownNames: ReadonlySet<string>;
  /** May pull. */
  readonly account: { readonly user: string; readonly password: string };
}

/** A pull that failed: the image's full name, with what it was asked for, and what the runtime said. */
export interface FailedPull {
  readonly name: string;
  readonly auth?: ImageAuth;
  readonly said: string;
}

interface Asked {
  readonly paths: readonly string[];
  readonly query: string;
  readonly authorization?: string;
}

const basic = (user: string, password: string): string => `Basic ${base64.encode(`${user}:${password}`)}`;

function askedFor(registry: SiteRegistry, { name, auth, said }: FailedPull): Asked {
  const slash = name.indexOf('/');
  const host = name.slice(0, slash);
  const [path = '', digest] = name.slice(slash + 1).split('@');
  const colon = path.lastIndexOf(':');
  const repository = colon < 0 ? path : path.slice(0, colon);
  const reference = digest ?? path.slice(colon + 1);
  const blobs = [...new Set(said.match(/sha256:[0-9a-f]{64}/g) ?? [])].filter((blob) => blob !== reference);
  const paths = [`/v2/${repository}/manifests/${reference}`, ...blobs.map((blob) => `/v2/${repository}/blobs/${blob}`)];
  if (!registry.ownNames.has(host)) {
    const { user, password } = registry.account;
    return { paths, query: `?ns=${encodeURIComponent(host)}`, authorization: basic(user, password) };
  }
  const own = auth?.username ? basic(auth.username, auth.password ?? '') : undefined;
  return { paths, query: '', ...(own ? { authorization: own } : {}) };
}

/** The message of an OCI error body with its code; undefined when it is none. */
async function wordsOf(answer: Fetched): Promise<string | undefined> {
  try {
    const body = JSON.parse(await answer.text(REGISTRY_WORDS_BYTES_MAX)) as {
      errors?: readonly { code?: string; message?: string }[];
    };
    const first = body.errors?.[0];
    return first?.message && `${first.code}: ${first.message}`;
  } catch {
    return undefined;
  }
}

/** Why the image could not be had, for people: the registry's words and what it was asked, or else the runtime's. */
export async function registryWords(registry: SiteRegistry, pull: FailedPull): Promise<string> {
  const { paths, query, authorization } = askedFor(registry, pull);
  try {
    for (const path of paths) {
      const answer = await fetchStream(`https://${registry.address}${path}${query}`, {
        timeoutMs: REGISTRY_WORDS_MS,
        caPem: registry.caPem(),
        headers: { accept: '*/*', ...(authorization ? { authorization } : {}) },
      });
      if (answer.status < 400) {
        answer.discard();
        continue;
      }
      const words = (await wordsOf(answer)) ?? `status ${answer.status}`;
      const cure = answer.status === 401 ? '; name a secret with them in the pod (imagePullSecrets)' : '';
      return `the site's registry says ${words}${cure} (asked for ${path}${query})`;
    }
    return pull.said;
  } catch (error) {
    return `${pull.said}; the site's registry does not answer, and is asked again: ${messageOf(error)}`;
  }
}
