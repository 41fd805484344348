// The door through which the hub reaches the site's Kubernetes API: requests of a tunnel's connections, passed on in the name of the hub's
// user. What he may do is RBAC at the site, like anybody's.
// Source of the refusals' form: Kubernetes API conventions, "Response Status Kind".
import { messageOf } from '#base';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { type PassedRequest, type PassTarget, type PassTls, passRequest, passUpgrade } from '#platform/stream';
import { requestsOf, type TunnelConnection } from '#platform/tunnel';
import { clusterHeaders } from './cluster-door.headers.ts';

export interface ClusterDoor {
  /** Where the API answers. */
  readonly api: Omit<PassTarget, 'path'>;
  /** The site's own certificate, which may act for others; read for each request, since it is renewed. */
  tls(): PassTls;
  readonly clock: Clock;
  readonly log: Log;
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  403: 'Forbidden',
  503: 'ServiceUnavailable',
};

const statusText = (code: number, message: string): string =>
  `${JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: REASONS[code], code })}\n`;

type Admitted =
  | { readonly kind: 'refused'; readonly code: number; readonly message: string }
  | { readonly kind: 'passed'; readonly headers: PassedRequest['headers']; readonly path: string };

function admitted(req: { readonly headers: PassedRequest['headers']; readonly url?: string }): Admitted {
  const { url = '' } = req;
  if (!url.startsWith('/')) return { kind: 'refused', code: 400, message: 'the path must begin with /' };
  const headers = clusterHeaders(req.headers);
  if (!headers) return { kind: 'refused', code: 403, message: 'the hub does not say who asks' };
  return { kind: 'passed', headers, path: url };
}

/** What takes the connections of a tunnel. */
export function clusterDoor(door: ClusterDoor): (connection: TunnelConnection) => void {
  const { api, clock, log } = door;
  return requestsOf({
    onRequest: (req, res) => {
      const refuse = (code: number, message: string): void => {
        if (res.headersSent) return void res.destroy();
        res.writeHead(code, { 'content-type': 'application/json' }).end(statusText(code, message));
      };
      const asked = admitted(req);
      if (asked.kind === 'refused') return refuse(asked.code, asked.message);
      req.headers = asked.headers;
      passRequest({ req, res, target: { ...api, path: asked.path }, tls: door.tls(), clock }).catch((error) => {
        log.warn('a request through the hub failed', { path: asked.path, error: messageOf(error) });
        refuse(503, "the site's Kubernetes API cannot be reached now");
      });
    },
    onUpgrade: (req, socket, head) => {
      const refuse = (code: number, message: string): void => {
        const body = statusText(code, message);
        socket.end(
          `HTTP/1.1 ${code} ${REASONS[code]}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
        );
      };
      const asked = admitted(req);
      if (asked.kind === 'refused') return refuse(asked.code, asked.message);
      req.headers = asked.headers;
      passUpgrade({ req, socket, head, target: { ...api, path: asked.path }, tls: door.tls(), clock }).catch(
        (error) => {
          log.warn('a connection through the hub failed', { path: asked.path, error: messageOf(error) });
          refuse(503, "the site's Kubernetes API cannot be reached now");
        },
      );
    },
  });
}
