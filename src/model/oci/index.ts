// The door of the OCI model.
export type { ImportedImage, ListedImage, Origin } from './listed-image.ts';
export { type Descriptor, type ManifestFacts, MEDIA_TYPES, readManifest } from './manifest.ts';
export {
  type ImageReference,
  isDigest,
  isFullRepository,
  isTag,
  parseReference,
  referenceText,
} from './reference.ts';
