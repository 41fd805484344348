// What a site keeps of its link, in <data>/state/link, for the owner alone (0600):
//
//   link.json       who the site is at a hub, which hub, by which way, which plane was declared, and whether the link is cut
//   key.pem         the site's own key, made there, never sent
//   identity.json   the certificate that the hub gave, and what is trusted as the hub
//
// link.json is the truth on whether there is a hub; it is written last when a site joins one, and first when it leaves.
import { WorldError } from '#base';
import type { Plane } from '#model/site';
import { IDENTITY_LIFE_MS, IDENTITY_RENEW_AFTER_MS } from './limits.ts';

export interface LinkFile {
  readonly version: 1;
  readonly siteId: string;
  readonly hub?: {
    readonly url: string;
    /** With user and password, where the proxy wants them. */
    readonly proxy?: string;
    /** The plane that was declared when the site joined. */
    readonly plane: Plane;
  };
  readonly cut: boolean;
}

export interface KeptIdentity {
  /** The leaf with what stands above it. */
  readonly certPem: string;
  /** What is trusted as the hub. */
  readonly hubCaPem: string;
}

export const linkFiles = (folder: string) =>
  ({ link: `${folder}/link.json`, key: `${folder}/key.pem`, identity: `${folder}/identity.json` }) as const;

const corrupt = (file: string): WorldError =>
  new WorldError('Corrupt', `${file} is damaged`, {
    subject: file,
    cure: 'leave the hub with holdfast link deactivate, then activate the site again with a new token',
  });

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Errors: WorldError `Corrupt`, `Unsupported`. */
export function linkFileParse(text: string, file: string): LinkFile {
  const found = jsonIn<Partial<LinkFile>>(text, file);
  if (found.version !== undefined && found.version !== 1)
    throw new WorldError('Unsupported', `${file} is of another release of this software`, { subject: file });
  const { siteId, hub, cut } = found;
  if (found.version !== 1 || !isText(siteId)) throw corrupt(file);
  if (hub && !(isText(hub.url) && (hub.plane === 'hub' || hub.plane === 'local'))) throw corrupt(file);
  return { version: 1, siteId, cut: cut === true, ...(hub && { hub }) };
}

/** Errors: WorldError `Corrupt`. */
export function keptIdentityParse(text: string, file: string): KeptIdentity {
  const { certPem, hubCaPem } = jsonIn<Partial<KeptIdentity>>(text, file);
  if (!isText(certPem) || !isText(hubCaPem)) throw corrupt(file);
  return { certPem, hubCaPem };
}

function jsonIn<T extends object>(text: string, file: string): T {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as T;
  } catch {
    // Said below.
  }
  throw corrupt(file);
}

/** A URL as it may be shown: without user and password. */
export function withoutLogin(url: string): string {
  return URL.canParse(url) ? `${new URL(url).protocol}//${new URL(url).host}` : '';
}

/** When an identity is renewed: it begins in 1970, so its age is counted back from its end. */
export const identityRenewsMs = (endsMs: number): number => endsMs - IDENTITY_LIFE_MS + IDENTITY_RENEW_AFTER_MS;
