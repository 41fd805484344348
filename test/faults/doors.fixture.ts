// Asks a site's doors in ways that no decent client would: any method, header and body, and raw bytes on a TLS connection.
import fs from 'node:fs';
import https from 'node:https';
import tls from 'node:tls';
import { present } from '#base';
import type { TestSite } from '../integration/site.fixture.ts';

const ANSWER_MS = 20_000;

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly code: number;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

export interface Identity {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface Door {
  readonly host: string;
  readonly port: number;
  readonly identity: Identity;
  ask(asked: Asked): Promise<Answer>;
  /** Sends bytes and gives what came back until the server closed the connection, or `enough` is content. */
  raw(bytes: string, enough?: (text: string) => boolean): Promise<string>;
  /** An open TLS connection on which nothing was sent. */
  connected(): Promise<tls.TLSSocket>;
}

/** A door that is asked with an identity, each request on a connection of its own. */
export function door(host: string, port: number, identity: Identity): Door {
  const connected = (): Promise<tls.TLSSocket> =>
    new Promise((resolve, reject) => {
      const socket = tls.connect({ host, port, ...identity, servername: '' }, () => resolve(socket));
      socket.once('error', reject);
    });
  return {
    host,
    port,
    identity,
    connected,
    ask: ({ method = 'GET', path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const request = https.request(
          { host, port, method, path, headers: { ...headers }, ...identity, agent: false, timeout: ANSWER_MS },
          (response) => {
            const pieces: Buffer[] = [];
            response.on('data', (piece: Buffer) => pieces.push(piece));
            response.on('error', reject);
            response.on('end', () =>
              resolve({
                code: response.statusCode ?? 0,
                text: Buffer.concat(pieces).toString('utf8'),
                headers: response.headers,
              }),
            );
          },
        );
        request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer in ${ANSWER_MS} ms`)));
        request.on('error', reject);
        request.end(body);
      }),
    raw: async (bytes, enough) => {
      const socket = await connected();
      let text = '';
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => socket.destroy(new Error(`no end in ${ANSWER_MS} ms; got ${text}`)), ANSWER_MS);
        socket.on('data', (piece: Buffer) => {
          text += piece.toString('latin1');
          if (enough?.(text)) socket.destroy();
        });
        socket.on('error', (error: NodeJS.ErrnoException) =>
          error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error),
        );
        socket.on('close', () => {
          clearTimeout(timer);
          resolve(text);
        });
        socket.write(bytes, 'latin1');
      });
    },
  };
}

function fromKubeconfig(text: string, field: string): string {
  const value = new RegExp(`${field}: (\\S+)`).exec(text)?.[1];
  return Buffer.from(present(value, `the kubeconfig has ${field}`), 'base64').toString('utf8');
}

/** The site's Kubernetes API as its administrator asks it. */
export function adminDoor(site: TestSite): Door {
  const text = fs.readFileSync(site.kubeconfig, 'utf8');
  const server = new URL(present(/server: (\S+)/.exec(text)?.[1], 'the kubeconfig names a server'));
  return door(server.hostname, Number(server.port), {
    ca: fromKubeconfig(text, 'certificate-authority-data'),
    cert: fromKubeconfig(text, 'client-certificate-data'),
    key: fromKubeconfig(text, 'client-key-data'),
  });
}

/** The site's registry and the header with which people push to it. */
export function registryDoor(site: TestSite): { readonly door: Door; readonly authorization: string } {
  const read = (file: string): string => fs.readFileSync(`${site.data}/${file}`, 'utf8');
  const { network, ports } = JSON.parse(read('site.json')) as {
    network: { doorAddress: string };
    ports: { registry: number };
  };
  const { people } = JSON.parse(read('pki/registry-accounts.json')) as { people: { user: string; password: string } };
  return {
    door: door(network.doorAddress, ports.registry, { ca: read('pki/front-doors/anchor.crt') }),
    authorization: `Basic ${Buffer.from(`${people.user}:${people.password}`).toString('base64')}`,
  };
}
