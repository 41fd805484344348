// One authorized HTTP request on its way to a verb, with the ways to answer it.

import { duplicateFieldsOf } from '#model/kube';
import { gzipFast, type HttpExchange, type Upgrade } from '#platform/http';
import { requestError } from '../answer/errors.ts';
import type { UserInfo } from '../contract.ts';
import { typeNameOf } from '../objects/type-names.ts';
import { ACCEPTED_MEDIA_TYPES, type Accepted } from './accept.ts';
import { decodeBody, mediaTypeOf } from './body.ts';
import { BODY_BYTES_MAX, GZIP_BYTES_MIN, WARNING_CHARACTERS_MAX, WARNINGS_CHARACTERS_MAX } from './limits.ts';
import { isTrue, type RequestPath } from './request-path.ts';

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' };
const YAML_HEADERS = { 'content-type': 'application/yaml', 'cache-control': 'no-cache, private' };

export interface HttpCallParts {
  readonly exchange: HttpExchange;
  readonly path: RequestPath;
  readonly user: UserInfo;
  /** Undefined when the client accepts no form that there is. */
  readonly accepted: Accepted | undefined;
  readonly upgrade: Upgrade | undefined;
  /** Told the name of what was made. */
  readonly named?: (name: string) => void;
}

export class HttpCall {
  readonly exchange: HttpExchange;
  readonly path: RequestPath;
  readonly user: UserInfo;
  /** The connection, when the client wants to speak another protocol on it. */
  readonly upgrade: Upgrade | undefined;
  /** To be told the name of what was made, where the path does not have it. */
  readonly named: (name: string) => void;
  readonly #accepted: Accepted | undefined;
  #warnings: string[] | undefined;
  #warningCharacters = 0;

  constructor({ exchange, path, user, accepted, upgrade, named }: HttpCallParts) {
    this.named = named ?? (() => undefined);
    this.upgrade = upgrade;
    this.exchange = exchange;
    this.path = path;
    this.user = user;
    this.#accepted = accepted;
  }

  /** In what form the client wants its answer. Errors: ApiError 406. */
  get accepted(): Accepted {
    if (!this.#accepted) throw requestError.notAcceptable(ACCEPTED_MEDIA_TYPES);
    return this.#accepted;
  }

  get userAgent(): string {
    return this.exchange.headers['user-agent'] ?? '';
  }

  /** The client is told of it in a Warning header. Source: RFC 9110, KEP-1693. */
  warn(message: string): void {
    const text = message.slice(0, WARNING_CHARACTERS_MAX);
    this.#warnings ??= [];
    if (this.#warningCharacters + text.length > WARNINGS_CHARACTERS_MAX || this.#warnings.includes(text)) return;
    this.#warnings.push(text);
    this.#warningCharacters += text.length;
    this.exchange.setHeader(
      'warning',
      this.#warnings.map((warning) => `299 - "${warning.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')}"`),
    );
  }

  /** Errors: ApiError 413. */
  body(): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.exchange.readBody(BODY_BYTES_MAX, (body) => {
        if (body) resolve(body);
        else reject(requestError.tooLarge(BODY_BYTES_MAX));
      });
    });
  }

  /** The body as a value; undefined when there is none. Errors: ApiError 400, 413, 415. */
  async value(): Promise<unknown> {
    return (await this.valueAndDuplicates(false)).value;
  }

  /** The body as a value, and the fields that it gives twice, where that can be told. Errors: ApiError 400, 413, 415. */
  async valueAndDuplicates(look: boolean): Promise<{ value: unknown; duplicateFields: readonly string[] }> {
    const body = await this.body();
    if (body.length === 0) return { value: undefined, duplicateFields: [] };
    const mediaType = mediaTypeOf(this.exchange.headers['content-type']);
    const value = decodeBody(body, mediaType, typeNameOf);
    const duplicateFields = look && mediaType === 'application/json' ? duplicateFieldsOf(body.toString('utf8')) : [];
    return { value, duplicateFields };
  }

  /** Answers with what is serialized already, compressed when it is large and the client can take it. */
  send(status: number, body: Uint8Array | string): void {
    if (isTrue(this.path.query.get('pretty'))) {
      this.#sendPretty(status, body);
      return;
    }
    const headers = this.#accepted?.format === 'yaml' ? YAML_HEADERS : JSON_HEADERS;
    this.#sendPacked(status, headers, body);
  }

  #sendPretty(status: number, body: Uint8Array | string): void {
    const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
    if (this.#accepted?.format === 'yaml') this.exchange.send(status, YAML_HEADERS, text);
    else this.#sendPacked(status, JSON_HEADERS, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  }

  #sendPacked(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array | string): void {
    if (body.length <= GZIP_BYTES_MIN || !/\bgzip\b/.test(String(this.exchange.headers['accept-encoding'] ?? ''))) {
      this.exchange.send(status, headers, body);
      return;
    }
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    gzipFast(bytes).then(
      (packed) =>
        this.exchange.send(status, { ...headers, 'content-encoding': 'gzip', vary: 'accept-encoding' }, packed),
      () => this.exchange.send(status, headers, bytes),
    );
  }

  /** Whether JSON may be answered at all. */
  get acceptsJson(): boolean {
    return this.#accepted !== undefined || /\bjson\b|\*\/\*/.test(this.exchange.headers.accept ?? '*/*');
  }

  /** A document that clients may keep and ask for again by its tag (RFC 9110, If-None-Match). */
  sendCacheable(
    document: { readonly bytes: Uint8Array; readonly etag: string },
    contentType: string,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    const all = { 'content-type': contentType, etag: document.etag, vary: 'Accept', ...headers };
    if (this.exchange.headers['if-none-match'] === document.etag) {
      this.exchange.send(304, all, '');
      return;
    }
    this.#sendPacked(200, all, document.bytes);
  }

  sendJson(status: number, value: unknown): void {
    this.exchange.send(status, JSON_HEADERS, JSON.stringify(value));
  }

  sendText(status: number, text: string): void {
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
    this.exchange.send(status, { ...headers, 'cache-control': 'no-cache, private' }, text);
  }
}
