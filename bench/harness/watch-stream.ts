// One watch on a connection of its own. An event's time is when its bytes arrived, before they are taken apart.
import http from 'node:http';
import https from 'node:https';
import type { Target } from './kubeconfig.ts';

/** As much of a Kubernetes object as the programs here look at. */
export interface SeenObject {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}

export interface WatchSink {
  event(type: string, object: SeenObject, atMs: number): void;
  /** The server ended it. */
  ended?(): void;
}

export interface WatchStream {
  close(): void;
}

/** Resolves when the server has begun to answer. Errors: any status but 200. */
export function openWatch(target: Target, path: string, sink: WatchSink): Promise<WatchStream> {
  return new Promise((resolve, reject) => {
    const { request } = target.server.protocol === 'http:' ? http : https;
    const headers = { accept: 'application/json', ...target.headers };
    const sent = request(new URL(path, target.server), { agent: false, ...target.tls, headers }, (answer) => {
      if (answer.statusCode !== 200) {
        sent.destroy();
        return reject(new Error(`watch ${path}: HTTP ${answer.statusCode}`));
      }
      let closed = false;
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        const atMs = performance.now();
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line === '') continue;
          const { type, object } = JSON.parse(line) as { type: string; object: SeenObject };
          sink.event(type, object, atMs);
        }
      });
      // A broken stream closes as well; `ended` tells both.
      answer.on('error', () => answer.destroy());
      answer.on('close', () => {
        if (!closed) sink.ended?.();
      });
      resolve({
        close: () => {
          closed = true;
          sent.destroy();
        },
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
