// The address of a hub, as an operator types it.
import { WorldError } from '#base';

export interface HubAddress {
  readonly host: string;
  readonly port: number;
  /** As it is kept and shown. */
  readonly url: string;
}

/** Errors: WorldError `Invalid`. */
export function hubAddressOf(text: string): HubAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare = url?.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  if (url?.protocol !== 'https:' || url.hostname === '' || !isBare)
    throw new WorldError('Invalid', `${JSON.stringify(text)} is no address of a hub`, {
      cure: 'give it as https://HOST:PORT, as `holdfast hub token` prints it',
    });
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 443), url: `https://${url.host}` };
}
