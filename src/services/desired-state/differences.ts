// Where two states of an object differ, as paths that a person reads: "spec.template.spec.containers[web].image". What the server keeps by
// itself, and status, do not count.
import { sameJson } from '#base';
import { PATHS_SHOWN_MAX } from './limits.ts';

export interface Differences {
  /** In order of the fields. */
  readonly paths: readonly string[];
  /** Those of them where the first has a value that the second has not, or another. */
  readonly replaced: readonly string[];
}

export const SAME: Differences = { paths: [], replaced: [] };

const SERVERS_OWN = ['managedFields', 'resourceVersion', 'generation', 'creationTimestamp', 'uid', 'selfLink'];

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function bare(object: Json): Json {
  const { status: _status, metadata, ...content } = object;
  const kept = isObject(metadata) ? Object.entries(metadata).filter(([name]) => !SERVERS_OWN.includes(name)) : [];
  return { ...content, metadata: Object.fromEntries(kept) };
}

/** By name where every element has one that is its own. */
function named(list: readonly unknown[]): Json | undefined {
  const entries = list.map((item) => [isObject(item) ? item.name : undefined, item] as const);
  const isNamed =
    entries.every(([name]) => typeof name === 'string') && new Set(entries.map(([name]) => name)).size === list.length;
  return isNamed ? Object.fromEntries(entries) : undefined;
}

const PLAIN = /^[A-Za-z0-9_-]+$/;
const below = (path: string, key: string): string =>
  PLAIN.test(key) ? (path === '' ? key : `${path}.${key}`) : `${path}[${key}]`;

interface Found {
  readonly path: string;
  readonly isReplaced: boolean;
}

/** Lists by the names of their elements, or by place where they are equally long; undefined: as a whole. */
function listsByKey(one: readonly unknown[], other: readonly unknown[]): readonly [Json, Json] | undefined {
  const [left, right] = [named(one), named(other)];
  if (left && right && one.length > 0 && other.length > 0) return [left, right];
  return one.length === other.length
    ? [Object.fromEntries(one.entries()), Object.fromEntries(other.entries())]
    : undefined;
}

function compare(path: string, one: unknown, other: unknown): Found[] {
  if (sameJson(one, other)) return [];
  if (isObject(one) && isObject(other)) return compareKeys(one, other, (key) => below(path, key));
  const lists = Array.isArray(one) && Array.isArray(other) ? listsByKey(one, other) : undefined;
  return lists ? compareKeys(...lists, (key) => `${path}[${key}]`) : [{ path, isReplaced: one !== undefined }];
}

function compareKeys(one: Json, other: Json, pathOf: (key: string) => string): Found[] {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) => compare(pathOf(key), one[key], other[key]));
}

export function differences(one: object, other: object): Differences {
  const found = compare('', bare(one as Json), bare(other as Json));
  return {
    paths: found.map(({ path }) => path),
    replaced: found.filter(({ isReplaced }) => isReplaced).map(({ path }) => path),
  };
}

/** "a, b and 3 more". */
export function pathsText(paths: readonly string[]): string {
  const shown = paths.slice(0, PATHS_SHOWN_MAX);
  const more = paths.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
