// Gets the image of a container ready: policy, credentials, one pull for all who want the same, back-off by image.
// Of a failed pull is told what the site's registry says of it, where there is one, or else what the runtime says.
import { backoffDelayMs, messageOf, present, WorldError } from '#base';
import type { Clock } from '#platform/clock';
import type { Cri, ImageAuth } from '#platform/cri';
import { PULL_FAILURE_SHOWN_MS, PULL_RETRY, PULLS_MAX } from '../limits.ts';
import { fullImageName, isImageName, pullPolicyOf } from './image-name.ts';
import type { FailedPull } from './registry-words.ts';

export type ImageOutcome =
  | { readonly kind: 'ready'; readonly imageRef: string; readonly pulledMs?: number; readonly bytes?: number }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string; readonly retryAtMs: number };

export interface ImageWish {
  readonly image: string;
  readonly policy?: string;
  /** Tried in order; without any the registry is asked without credentials. */
  credentials(): Promise<readonly ImageAuth[]>;
  /** Told when a pull begins. */
  onPull?(): void;
}

export interface Images {
  ensure(wish: ImageWish): Promise<ImageOutcome>;
  /** When an image (by id) was last wanted. */
  readonly lastWanted: ReadonlyMap<string, number>;
}

interface Failure {
  readonly attempts: number;
  readonly untilMs: number;
  readonly message: string;
}

export interface ImagesOptions {
  readonly cri: Cri;
  /** Tells steady times: no jump touches them. */
  readonly clock: Pick<Clock, 'now'>;
  /** Why a pull failed, for people. */
  explain?(pull: FailedPull): Promise<string>;
}

export function openImages(options: ImagesOptions): Images {
  const { cri, clock } = options;
  const failures = new Map<string, Failure>();
  const pulls = new Map<string, Promise<string>>();
  const lastWanted = new Map<string, number>();
  const turns = limiter(PULLS_MAX);

  const pullOnce = async (name: string, auths: readonly ImageAuth[]): Promise<string> => {
    let last: FailedPull | undefined;
    for (const auth of auths.length > 0 ? auths : [undefined]) {
      try {
        return await turns(() => cri.imagePull(name, auth));
      } catch (error) {
        last = { name, said: messageOf(error), ...(auth ? { auth } : {}) };
      }
    }
    const failure = present(last, 'a pull is tried at least once');
    throw new WorldError('Failed', (await options.explain?.(failure)) ?? failure.said);
  };
  const pull = (name: string, auths: readonly ImageAuth[]): Promise<string> => {
    const key = JSON.stringify([name, auths]);
    const current = pulls.get(key) ?? pullOnce(name, auths).finally(() => pulls.delete(key));
    pulls.set(key, current);
    return current;
  };
  const failed = (name: string, error: unknown): ImageOutcome => {
    const attempts = failures.get(name)?.attempts ?? 0;
    const untilMs = clock.now() + backoffDelayMs(PULL_RETRY, attempts);
    const message = messageOf(error);
    failures.set(name, { attempts: attempts + 1, untilMs, message });
    // Asked again soon, the answer is that it waits; the failure itself is shown that long.
    return { kind: 'waiting', reason: 'ErrImagePull', message, retryAtMs: clock.now() + PULL_FAILURE_SHOWN_MS };
  };
  const ensure = async (wish: ImageWish): Promise<ImageOutcome> => {
    const now = clock.now();
    const wrong = (reason: string, message: string): ImageOutcome => ({
      kind: 'waiting',
      reason,
      message,
      retryAtMs: now + PULL_RETRY.firstMs,
    });
    if (!isImageName(wish.image))
      return wrong('InvalidImageName', `Failed to apply default image tag "${wish.image}": couldn't parse image name`);
    const name = fullImageName(wish.image);
    const policy = pullPolicyOf(wish.image, wish.policy);
    const present = policy === 'Always' ? undefined : await cri.imageStatus(name);
    if (present) {
      lastWanted.set(present.id, now);
      return { kind: 'ready', imageRef: present.id };
    }
    if (policy === 'Never')
      return wrong('ErrImageNeverPull', `Container image "${wish.image}" is not present with pull policy of Never`);
    const failure = failures.get(name);
    if (failure && failure.untilMs > now) {
      const message = `Back-off pulling image "${wish.image}": ErrImagePull: ${failure.message}`;
      return { kind: 'waiting', reason: 'ImagePullBackOff', message, retryAtMs: failure.untilMs };
    }
    try {
      wish.onPull?.();
      const imageRef = await pull(name, await wish.credentials());
      failures.delete(name);
      lastWanted.set(imageRef, clock.now());
      const bytes = (await cri.imageStatus(name))?.size;
      return { kind: 'ready', imageRef, pulledMs: clock.now() - now, ...(bytes === undefined ? {} : { bytes }) };
    } catch (error) {
      return failed(name, error);
    }
  };
  return { ensure, lastWanted };
}

/** Lets `most` calls run at one time; the others wait their turn. */
function limiter(most: number): <T>(act: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (act) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await act();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}
