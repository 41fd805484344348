// The door for sites: which path does what, who may ask it, and the answer to whatever goes wrong.
import {
  HEARTBEAT_BYTES_MAX,
  JOURNAL_BATCH_BYTES_MAX,
  type JournalAnswer,
  LINK_PATHS,
  TUNNEL_PROTOCOL,
} from '#model/link';
import type { ExtendedConnect, HttpExchange } from '#platform/http';
import { reportIn } from './desired/report.handler.ts';
import { heartbeat } from './heartbeat.handler.ts';
import { enrol } from './identity/enrol.handler.ts';
import { reenrol } from './identity/reenrol.handler.ts';
import { renew } from './identity/renew.handler.ts';
import { recordsIn } from './journal/records.ts';
import { IDENTITY_BODY_BYTES_MAX, JOURNAL_ENVELOPE_BYTES, REPORT_BYTES_MAX } from './limits.ts';
import { listField, readMessage, textField } from './message.ts';
import type { HubParts } from './parts.ts';
import { connectionPeer, type SitePeer } from './peer.ts';
import { LinkRefused, refusalAnswer } from './refusal.ts';
import type { HubSite } from './sites/site.ts';
import { knownSite, readySite, siteOfPeer } from './sites/site-of-peer.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

interface Asker {
  readonly site: HubSite;
  readonly peer: SitePeer;
}

/** The site that asks, by its certificate. Errors: LinkRefused `Identity`, `Expired`. */
function askerOf(exchange: HttpExchange, parts: HubParts): Asker | Promise<Asker> {
  const { connection } = exchange;
  const shown = connectionPeer(connection, parts.pki, parts.clock);
  if (shown.kind === 'refused') throw new LinkRefused('Identity', `the certificate is refused: ${shown.problem}`);
  if (shown.kind !== 'site')
    throw new LinkRefused('Identity', 'a certificate of a site is needed', 'activate the site: holdfast link activate');
  if (parts.clock.now() >= shown.endMs)
    throw new LinkRefused(
      'Expired',
      'the identity of this site has ended',
      `ask for another one at ${LINK_PATHS.reenrol}`,
    );
  const peer = parts.standsFor ? { ...shown, id: parts.standsFor(shown, connection) } : shown;
  // What is shown for another site says nothing of that one's identity.
  const site = parts.standsFor ? knownSite(parts, peer) : readySite(parts, peer);
  return site ? { site, peer } : siteOfPeer(parts, peer).then((found) => ({ site: found, peer }));
}

type Answer = object | undefined;

/** The answer to a known path; undefined: nothing new (304). */
async function answerOf(exchange: HttpExchange, parts: HubParts): Promise<Answer> {
  const { url } = exchange;
  if (url === LINK_PATHS.heartbeat) return answerHeartbeat(exchange, parts);
  if (url === LINK_PATHS.enrol) return enrol(parts, await readMessage(exchange, IDENTITY_BODY_BYTES_MAX));
  if (url === LINK_PATHS.reenrol) return reenrol(parts, await readMessage(exchange, IDENTITY_BODY_BYTES_MAX));
  const { site, peer } = await askerOf(exchange, parts);
  if (url === LINK_PATHS.journal) return answerJournal(exchange, site, parts);
  if (url === LINK_PATHS.report) {
    await parts.desired.reported(site, reportIn(await readMessage(exchange, REPORT_BYTES_MAX)));
    return {};
  }
  if (url === LINK_PATHS.renew) {
    const certificate = exchange.connection.peerCertificate;
    if (!certificate) throw new LinkRefused('Identity', 'the certificate is gone');
    return renew(parts, { site, peer, certificate }, await readMessage(exchange, IDENTITY_BODY_BYTES_MAX));
  }
  const after = /^\/v1\/desired(?:\?after=([0-9]{1,15}))?$/.exec(url);
  if (after && exchange.method === 'GET') return parts.desired.stateAfter(site, Number(after[1] ?? 0));
  throw new LinkRefused(
    'Invalid',
    `this hub has nothing at ${exchange.method} ${url}`,
    'bring hub and site to the same release',
  );
}

async function answerHeartbeat(exchange: HttpExchange, parts: HubParts): Promise<Answer> {
  const asker = askerOf(exchange, parts);
  const { site } = asker instanceof Promise ? await asker : asker;
  return heartbeat(parts, site, await readMessage(exchange, HEARTBEAT_BYTES_MAX));
}

async function answerJournal(exchange: HttpExchange, site: HubSite, { journal }: HubParts): Promise<JournalAnswer> {
  const fields = await readMessage(exchange, JOURNAL_BATCH_BYTES_MAX + JOURNAL_ENVELOPE_BYTES);
  const stream = textField(fields, 'stream', 128);
  return { acknowledged: await journal.take(site, stream, recordsIn(listField(fields, 'records'))) };
}

function refuse(exchange: HttpExchange, error: unknown, { log }: HubParts): void {
  const { status, refusal } = refusalAnswer(error);
  if (!(error instanceof LinkRefused)) log.warn('a request of a site failed', { path: exchange.url, error });
  if (exchange.answered) return void exchange.response.destroy?.();
  exchange.send(status, JSON_TYPE, JSON.stringify(refusal));
}

/** Answers whatever happens. */
export async function answerSite(exchange: HttpExchange, parts: HubParts): Promise<void> {
  try {
    const answer = await answerOf(exchange, parts);
    if (answer === undefined) exchange.send(304, {}, '');
    else exchange.send(200, JSON_TYPE, JSON.stringify(answer));
  } catch (error) {
    refuse(exchange, error, parts);
  }
}

/** Takes the tunnel of a site in. */
export async function answerTunnel(exchange: HttpExchange, connect: ExtendedConnect, parts: HubParts): Promise<void> {
  try {
    if (exchange.url !== LINK_PATHS.tunnel || connect.protocol !== TUNNEL_PROTOCOL)
      throw new LinkRefused(
        'Invalid',
        `this hub takes connections at ${LINK_PATHS.tunnel} by ${TUNNEL_PROTOCOL} alone`,
      );
    const { site, peer } = await askerOf(exchange, parts);
    parts.tunnels.open(site, connect.accept(), peer.endMs);
  } catch (error) {
    refuse(exchange, error, parts);
  }
}
