// holdfastd's own way to the site's API: one connection, made when something is asked, whose certificate is swapped when it is renewed.
import { WorldError } from '#base';
import type { Site, SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { type Http2Client, http2Client, SHORT_PATIENCE } from '#platform/http';
import type { Log } from '#platform/log';
import type { ClientTls } from '#platform/tls';
import { type AskCluster, followPki, type Pki, type PkiFollower } from '#services/infrastructure';

const ANSWER_MS = 3_000;

export interface ClusterApi {
  readonly ask: AskCluster;
  close(): void;
}

const tlsOf = (pki: Pki): ClientTls => ({ caPem: pki.anchor('kubernetes-servers'), ...pki.leaf('supervisor') });

export function clusterApi(of: { site: Site; folders: SiteFolders; clock: Clock; log: Log }): ClusterApi {
  const { site, folders, clock, log } = of;
  const origin = `https://${site.network.apiAddress}:${site.ports.api}`;
  let made: { client: Http2Client; follower: PkiFollower } | undefined;
  // Not before something is asked: the certificates of a new site are made meanwhile.
  const client = (): Http2Client => {
    if (made) return made.client;
    const follower = followPki({ folder: folders.pki, clock, log });
    const tls = tlsOf(follower.pki);
    const connection = http2Client({ origin, tls, clock, ...(site.pair && { patience: SHORT_PATIENCE }) });
    follower.follow(tlsOf, tls, (changed) => connection.setTls(changed));
    made = { client: connection, follower };
    return connection;
  };
  const late = (path: string): Promise<never> =>
    new Promise((_, reject) => {
      const error = new WorldError('Unavailable', `${origin}: no answer in time`, { attempted: 'ask', subject: path });
      clock.after(ANSWER_MS, () => reject(error), { background: true });
    });
  return {
    async ask(method, path, body) {
      const sent =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const answer = await Promise.race([client().request({ method, path, ...sent }), late(path)]);
      const text = answer.body.toString('utf8');
      try {
        return { status: answer.status, body: JSON.parse(text) as unknown };
      } catch {
        return { status: answer.status, body: undefined };
      }
    },
    close() {
      made?.client.close();
      made?.follower.close();
    },
  };
}
