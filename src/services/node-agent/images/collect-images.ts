// Chooses images to remove when the disk fills: not in use, not pinned, not fresh, the longest unwanted first.
import type { CriContainer, CriImage } from '#platform/cri';
import { IMAGE_AGE_MS_MIN } from '../limits.ts';
import { ANNOTATION } from '../pod/names.ts';

export interface ImageCollection {
  readonly images: readonly CriImage[];
  /** Ids and names of images that any container, running or not, was made from. */
  readonly inUse: ReadonlySet<string>;
  readonly lastWanted: ReadonlyMap<string, number>;
  readonly bytesWanted: number;
  readonly now: number;
}

export function imagesToRemove(input: ImageCollection): CriImage[] {
  const used = (image: CriImage): boolean =>
    [image.id, ...image.repoTags, ...image.repoDigests].some((name) => input.inUse.has(name));
  const age = (image: CriImage): number => input.lastWanted.get(image.id) ?? 0;
  const candidates = input.images
    .filter((image) => !image.pinned && !used(image) && input.now - age(image) >= IMAGE_AGE_MS_MIN)
    .sort((a, b) => age(a) - age(b));
  const chosen: CriImage[] = [];
  let bytes = 0;
  for (const image of candidates) {
    if (bytes >= input.bytesWanted) break;
    chosen.push(image);
    bytes += image.size;
  }
  return chosen;
}

/** Names of images that containers have, and the one that every pod begins with: no container shows that one. */
export function imagesInUse(containers: readonly CriContainer[], sandboxImage: string | undefined): Set<string> {
  const names = containers.flatMap(({ imageRef, image, annotations }) => [
    imageRef,
    image.image,
    annotations[ANNOTATION.image] ?? '',
  ]);
  return new Set(sandboxImage === undefined ? names : [...names, sandboxImage]);
}
