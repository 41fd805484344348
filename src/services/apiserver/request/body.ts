// Reads the body of a request as a value: JSON, YAML as people write it, or the protobuf form of Go clients.
// Source: Kubernetes API concepts, "API media types" (YAML 1.1, as the official decoder reads it).

import { messageOf } from '#base';
import { requestError } from '../answer/errors.ts';
import { decodeProtobuf } from '../protobuf/decode.ts';
import { NESTING_MAX } from './limits.ts';
import { nestsDeeper, valueNestsDeeper } from './nesting.ts';
import { decodeYaml } from './yaml-body.ts';

const BODY_MEDIA_TYPES: readonly string[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];

/** Names the built-in type of an apiVersion and kind; undefined when there is none. */
export type TypeOf = (apiVersion: string, kind: string) => string | undefined;

/** "application/json" of "application/json; charset=utf-8". */
export function mediaTypeOf(contentType: string | undefined): string {
  if (!contentType) return 'application/json';
  const semicolon = contentType.indexOf(';');
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}

/** Errors: ApiError 400 malformed, 415 a form that is not spoken. */
export function decodeBody(body: Buffer, mediaType: string, typeOf: TypeOf): unknown {
  if (mediaType === 'application/json') return decodeJson(body);
  if (mediaType === 'application/yaml') {
    // Brackets in texts may be miscounted; hundreds more that open than close are no text either.
    if (nestsDeeper(body, NESTING_MAX)) throw tooDeep();
    const value = decodeYaml(body);
    if (valueNestsDeeper(value, NESTING_MAX)) throw tooDeep();
    return value;
  }
  if (mediaType === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(body, typeOf);
  throw requestError.unsupportedMediaType(BODY_MEDIA_TYPES);
}

const tooDeep = (): Error => requestError.badRequest(`the body nests deeper than ${NESTING_MAX} levels`);

function decodeJson(body: Buffer): unknown {
  if (nestsDeeper(body, NESTING_MAX)) throw tooDeep();
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw requestError.badRequest(`couldn't get version/kind; json parse error: ${messageOf(error)}`);
  }
}
