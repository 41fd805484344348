// Image manifests: what a manifest of any kind refers to.
// Source: OCI image-spec 1.1 (manifest, index) and Docker image manifest version 2, schema 2.

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly architecture?: string; readonly os?: string; readonly variant?: string };
  readonly data?: string;
}

export interface ManifestFacts {
  readonly mediaType: string;
  /** Manifests that an index lists. */
  readonly manifests: readonly Descriptor[];
  /** Config and layers of an image. */
  readonly blobs: readonly Descriptor[];
  readonly subject?: Descriptor;
  /** For the referrers API: artifactType, or the config's media type. */
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const MEDIA_TYPES = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

const KNOWN: readonly string[] = [
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.dockerManifest,
  MEDIA_TYPES.dockerList,
];

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function descriptorsIn(value: unknown): Descriptor[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return undefined;
  return value.every((d) => isObject(d) && typeof d.digest === 'string' && typeof d.size === 'number')
    ? (value as Descriptor[])
    : undefined;
}

/** What a manifest's text says; a string says why it is none. `declared` is the media type it came with. */
export function readManifest(text: string, declared: string | undefined): ManifestFacts | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'the manifest is not JSON';
  }
  if (!isObject(json)) return 'the manifest is not a JSON object';
  const inside = typeof json.mediaType === 'string' ? json.mediaType : undefined;
  const mediaType =
    inside ??
    (declared && KNOWN.includes(declared)
      ? declared
      : Array.isArray(json.manifests)
        ? MEDIA_TYPES.ociIndex
        : MEDIA_TYPES.ociManifest);
  if (!KNOWN.includes(mediaType)) return `manifests of type ${mediaType} are not supported`;
  if (inside && declared && KNOWN.includes(declared) && inside !== declared)
    return `the manifest says it is ${inside}, the request says ${declared}`;
  const manifests = descriptorsIn(json.manifests);
  const layers = descriptorsIn(json.layers);
  const config = json.config === undefined ? [] : descriptorsIn([json.config]);
  const subject = json.subject === undefined ? [] : descriptorsIn([json.subject]);
  if (!manifests || !layers || !config || !subject) return 'the manifest has a descriptor without digest or size';
  const artifactType =
    typeof json.artifactType === 'string' && json.artifactType !== '' ? json.artifactType : config[0]?.mediaType;
  return {
    mediaType,
    manifests,
    blobs: [...config, ...layers],
    ...(subject[0] ? { subject: subject[0] } : {}),
    ...(artifactType ? { artifactType } : {}),
    ...(isObject(json.annotations) ? { annotations: json.annotations as Record<string, string> } : {}),
  };
}
