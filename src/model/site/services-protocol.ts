// What the process `services` is asked and answers over its unix socket: one JSON line a request, JSON lines back, then the end.
import type { Refusal } from '#base';
import type { ImportedImage, ListedImage } from '#model/oci';
import type { Plane } from './connectivity.ts';
import type { LinkStatus } from './link-status.ts';
import type { PlaneStatus } from './plane-status.ts';
import type { SiteSettings } from './settings.ts';

/** Raised when a request or an answer changes its meaning; `services` refuses others. */
export const SERVICES_PROTOCOL_VERSION = 1;

export type ServicesRequest = {
  readonly version: number;
} /** Takes the images of an archive in, all or none; `file` is an absolute path. */ & (
  | { readonly verb: 'image-import'; readonly file: string }
  | { readonly verb: 'image-list' }
  | { readonly verb: 'image-delete'; readonly reference: string }
  | { readonly verb: 'image-pin'; readonly reference: string; readonly pinned: boolean }
  | { readonly verb: 'plane-show' }
  /** What is changed here wins from now on. */
  | { readonly verb: 'plane-take'; readonly reason: string }
  | { readonly verb: 'plane-give' }
  | { readonly verb: 'settings-set'; readonly settings: SiteSettings }
  | { readonly verb: 'settings-unset'; readonly names: readonly string[] }
  | { readonly verb: 'link-status' }
  /** Enrols the site with a hub. */
  | {
      readonly verb: 'link-activate';
      readonly hub: string;
      readonly token: string;
      readonly plane: Plane;
      /** An HTTP proxy on the way, with user and password where it wants them. */
      readonly proxy?: string;
    }
  /** The site is without a hub again. */
  | { readonly verb: 'link-deactivate' }
  /** Nothing is dialled until the link is restored, also after a restart. */
  | { readonly verb: 'link-cut' }
  | { readonly verb: 'link-restore' }
);

export type ServicesAnswer =
  /** A part of the archive is being read. */
  | { readonly kind: 'reading'; readonly path: string }
  | { readonly kind: 'imported'; readonly images: readonly ImportedImage[] }
  | { readonly kind: 'images'; readonly images: readonly ListedImage[] }
  | { readonly kind: 'deleted'; readonly freedBytes: number }
  /** What is set. */
  | { readonly kind: 'settings'; readonly settings: SiteSettings }
  | { readonly kind: 'plane'; readonly plane: PlaneStatus }
  | { readonly kind: 'link'; readonly link: LinkStatus }
  | { readonly kind: 'done' }
  | {
      readonly kind: 'error';
      readonly code: string;
      readonly message: string;
      readonly cure?: string;
      readonly refusal?: Refusal;
    };
