// The door of the HTTP room.
export { type AnswerHeaders, type AnswerStream, type Connection, HttpExchange } from './exchange.ts';
export { gzipFast } from './gzip.ts';
export { type HttpsServer, type HttpsServerOptions, listenHttps } from './https-server.ts';
