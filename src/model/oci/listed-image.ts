// What is told of images and imports, by the registry, through the services' socket, on the command line.

/** pushed and imported images are the site's own; a pulled one was fetched from its registry outside. */
export type Origin = 'pushed' | 'imported' | 'pulled';

export interface ListedImage {
  /** Full name, e.g. "docker.io/library/nginx:1.27". */
  readonly reference: string;
  readonly digest: string;
  /** Of the manifest and everything it refers to; what images share counts in each. */
  readonly bytes: number;
  readonly origin: Origin;
  readonly pinned: boolean;
  /** RFC 3339. */
  readonly since: string;
}

export interface ImportedImage {
  /** Full name, e.g. "docker.io/library/nginx:1.27". */
  readonly reference: string;
  readonly digest: string;
}
