// The door of the HTTP room.
export { type AnswerHeaders, type AnswerStream, type Connection, HttpExchange } from './exchange.ts';
export { type ForwardTarget, forwardRequest } from './forward.ts';
export { gzipFast } from './gzip.ts';
export { type HttpsServer, type HttpsServerOptions, listenHttps, type Upgrade } from './https-server.ts';
