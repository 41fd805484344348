// Passes plain requests (logs, metrics, /proxy) on to node agents.

import type { Clock } from '#platform/clock';
import {
  type PassedAnswer,
  type PassedRequest,
  passRequest,
  passToWebSocket,
  type UpgradeRequest,
} from '#platform/stream';
import { type ProxyTarget, type ProxyTls, proxyError } from './proxy-error.ts';

interface Way {
  readonly target: ProxyTarget;
  readonly tls: ProxyTls;
  readonly clock?: Clock;
}

/** Throws ApiError 502 or 504 as long as nothing was answered; later the client's answer breaks off with the agent's. */
export async function proxyRequest(
  options: Way & { readonly req: PassedRequest; readonly res: PassedAnswer },
): Promise<void> {
  try {
    await passRequest(options);
  } catch (thrown) {
    throw proxyError(options.target, thrown);
  }
}

/** The answer of a GET as messages of a WebSocket (logs in browsers). Throws ApiError as long as nothing was answered. */
export async function proxyToWebSocket(options: Way & { readonly upgrade: UpgradeRequest }): Promise<void> {
  try {
    await passToWebSocket(options);
  } catch (thrown) {
    throw proxyError(options.target, thrown);
  }
}
