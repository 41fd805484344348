// The door for people: https://hub/sites/NAME/... is the Kubernetes API of that site, through the tunnel that the site has
// opened. Who asks is told by the client certificate; the site is told by a header that only the hub sets.
// Source of the refusals' form: Kubernetes API conventions, "Response Status Kind".
import { messageOf, WorldError } from '#base';
import { operationNamed } from '#model/operations';
import type { HttpExchange, Upgrade } from '#platform/http';
import { passTunneled, passTunneledUpgrade, type TunneledCall } from '#platform/tunnel';
import type { HubParts } from '../parts.ts';
import { connectionPeer, type Peer } from '../peer.ts';
import type { HubSite } from '../sites/site.ts';

/** The header that tells a site who asks. */
const USER_HEADER = 'x-holdfast-user';
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  503: 'ServiceUnavailable',
};

class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What says who somebody is must come from the hub alone. */
const tellsIdentity = (name: string): boolean => /^x-(holdfast|remote)-/.test(name);

interface Asked {
  readonly site: HubSite;
  readonly user: Extract<Peer, { kind: 'user' }>;
  /** As the site is to see it. */
  readonly path: string;
}

/** Errors: Refused. */
function askedOf(exchange: HttpExchange, { sites, accesses, pki, clock }: HubParts): Asked {
  const peer = connectionPeer(exchange.connection, pki, clock);
  if (peer.kind !== 'user')
    throw new Refused(
      401,
      'a client certificate of this hub is needed; `holdfast hub kubeconfig SITE --user NAME` makes one',
    );
  if (clock.now() >= peer.endMs)
    throw new Refused(
      401,
      `the certificate of ${peer.name} has expired; \`holdfast hub kubeconfig\` makes another one`,
    );
  const match = /^\/sites\/([^/?]+)(.*)$/.exec(exchange.url);
  const site = match?.[1] === undefined ? undefined : sites.byName(match[1]);
  // Who may not reach a site is not told whether there is one.
  if (!match || !site || !accesses.mayReach(peer.serial, site))
    throw new Refused(
      403,
      `${peer.name} may not reach ${match?.[1] ?? 'this'} through the hub with this certificate, or no longer`,
    );
  const path = match[2] ?? '';
  if (/[^\x21-\x7e]/.test(path)) throw new Refused(400, 'the path holds what must be percent-encoded');
  if (Object.keys(exchange.headers).some((name) => name.startsWith('impersonate-')))
    throw new Refused(403, 'nobody can act as somebody else through the hub; impersonation works at the site');
  return { site, user: peer, path: path.startsWith('/') ? path : `/${path}` };
}

/** In the words of the catalogue. Whether the site counts as weak or as gone already is the same to whoever asks here. */
function awayText(site: HubSite): string {
  const { name, title, ...operation } = operationNamed('cluster-connect');
  const { reason, workaround } = operation.verdicts.hub.SemiConnected;
  return `the site ${site.name} has no link to the hub now, so ${name} (${title}) is refused: ${reason}; ${workaround}`;
}

function callOf({ site, user, path }: Asked, { tunnels, clock }: HubParts): TunneledCall {
  const tunnel = tunnels.of(site);
  if (!tunnel) throw new Refused(503, awayText(site));
  return {
    connection: tunnel.connect(),
    path,
    host: 'kubernetes',
    headers: { [USER_HEADER]: user.name },
    drops: tellsIdentity,
    clock,
  };
}

function refuse(exchange: HttpExchange, error: unknown, parts: HubParts): void {
  const isKnown = error instanceof Refused || (error instanceof WorldError && error.code === 'Unavailable');
  const code = error instanceof Refused ? error.status : 503;
  if (!isKnown) parts.log.error('a request to a site failed', { error });
  if (exchange.answered) return void exchange.response.destroy?.();
  const message = isKnown ? messageOf(error) : 'the hub cannot do this now; its log says why';
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: REASONS[code],
    code,
  };
  exchange.send(code, { 'content-type': 'application/json' }, `${JSON.stringify(status)}\n`);
}

/** Answers whatever happens. */
export async function answerSiteRequest(exchange: HttpExchange, parts: HubParts): Promise<void> {
  try {
    const asked = askedOf(exchange, parts);
    const call = callOf(asked, parts);
    const tracked = parts.accesses.track(asked.user.serial, () => {
      call.connection.destroy();
      exchange.response.destroy();
    });
    await passTunneled({ ...call, req: exchange.request, res: exchange.response }).finally(tracked.closed);
  } catch (error) {
    refuse(exchange, error, parts);
  }
}

export async function answerSiteUpgrade(exchange: HttpExchange, upgrade: Upgrade, parts: HubParts): Promise<void> {
  try {
    const asked = askedOf(exchange, parts);
    const call = callOf(asked, parts);
    const { request: req, socket, head } = upgrade;
    const tracked = parts.accesses.track(asked.user.serial, () => socket.destroy());
    await passTunneledUpgrade({ ...call, req, socket, head }).finally(tracked.closed);
  } catch (error) {
    refuse(exchange, error, parts);
  }
}
