// The door of the HTTP room.
export { type Patience, SHORT_PATIENCE } from './client-limits.ts';
export { type AnswerHeaders, type AnswerStream, type Connection, HttpExchange } from './exchange.ts';
export { type ForwardTarget, forwardRequest } from './forward.ts';
export { gzipFast } from './gzip.ts';
export {
  type Http2Answer,
  type Http2Client,
  type Http2Request,
  http2Client,
  type StreamReceiver,
} from './http2-client.ts';
export {
  type ExtendedConnect,
  type HttpsServer,
  type HttpsServerOptions,
  listenHttps,
  type Upgrade,
} from './https-server.ts';
