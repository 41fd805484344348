// Turns the files of a folder into the desired state of a site, or says what is wrong with them: pure, all of it or nothing.
// Every finding names file, document and cure, because whoever reads it is not where the file is.

import { parseAllDocuments } from 'yaml';
import { messageOf } from '#base';
import { resourceFacts } from '#model/kube';
import { applyRank, DESIRED_BYTES_MAX, type DesiredObject, type ObjectReference } from '#model/link';
import { MANIFESTS_MAX } from '../limits.ts';
import type { SourceFile } from './source-file.ts';

export interface DesiredContent {
  readonly manifests: readonly DesiredObject[];
  readonly settings: Readonly<Record<string, unknown>>;
}

export type ReadManifests =
  | { readonly kind: 'content'; readonly content: DesiredContent }
  | { readonly kind: 'problem'; readonly problem: string };

/** Holds the settings of the site; stands at the top of the folder. */
export const SETTINGS_FILE = 'holdfast-settings.yaml';

class Problem extends Error {}

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Found {
  readonly object: DesiredObject;
  readonly where: string;
}

/** "apps/v1/Deployment/shop/web". */
export const referenceOf = ({ apiVersion, kind, metadata }: DesiredObject): ObjectReference =>
  [apiVersion, kind, metadata.namespace ?? '', metadata.name].join('/');

export function readManifests(files: readonly SourceFile[]): ReadManifests {
  try {
    if (files.length === 0)
      throw new Problem(
        `there is no manifest (*.yaml, *.yml, *.json); to want nothing at all, put an empty ${SETTINGS_FILE} there`,
      );
    const settings = settingsIn(files.find(({ path }) => path === SETTINGS_FILE));
    const found = files.filter(({ path }) => path !== SETTINGS_FILE).flatMap(objectsIn);
    if (found.length > MANIFESTS_MAX)
      throw new Problem(`there are ${found.length} objects; at most ${MANIFESTS_MAX} can be wanted`);
    refuseTwice(found);
    const manifests = found.map(({ object }) => object).sort((a, b) => applyRank(a.kind) - applyRank(b.kind));
    const bytes = new TextEncoder().encode(JSON.stringify({ manifests, settings })).length;
    if (bytes > DESIRED_BYTES_MAX)
      throw new Problem(
        `all objects together are ${bytes} bytes of JSON; at most ${DESIRED_BYTES_MAX} can be delivered`,
      );
    return { kind: 'content', content: { manifests, settings } };
  } catch (error) {
    if (error instanceof Problem) return { kind: 'problem', problem: error.message };
    throw error;
  }
}

/** The documents of a file, each with its number from 1; empty ones are passed over. */
function documentsIn({ path, text }: SourceFile): { value: unknown; where: string }[] {
  const documents = parseAllDocuments(text, {
    version: '1.1',
    uniqueKeys: true,
    prettyErrors: true,
    logLevel: 'error',
  });
  return ('empty' in documents ? [] : documents).flatMap((document, i) => {
    const where = `${path}, document ${i + 1}`;
    const [error] = document.errors;
    if (error) throw new Problem(`${where} is not valid YAML: ${error.message.split('\n')[0]}`);
    try {
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      return value === null || value === undefined ? [] : [{ value, where }];
    } catch (cause) {
      throw new Problem(`${where} cannot be read: ${messageOf(cause)}`);
    }
  });
}

function settingsIn(file: SourceFile | undefined): Readonly<Record<string, unknown>> {
  if (!file) return {};
  const [first, ...more] = documentsIn(file);
  if (more.length > 0) throw new Problem(`${SETTINGS_FILE} holds several documents; it must be one`);
  if (first === undefined) return {};
  if (isObject(first.value)) return first.value;
  throw new Problem(`${SETTINGS_FILE} must be settings by name, such as "ntpServers: [...]"`);
}

function objectsIn(file: SourceFile): Found[] {
  return documentsIn(file).flatMap(({ value, where }) => {
    if (!isObject(value)) throw new Problem(`${where} is not an object; every document is one Kubernetes object`);
    if (value.kind === 'List' && Array.isArray(value.items))
      return value.items.map((item, i) => objectIn(item, `${where}, item ${i + 1}`));
    return [objectIn(value, where)];
  });
}

function objectIn(value: unknown, where: string): Found {
  if (!isObject(value)) throw new Problem(`${where} is not an object; every document is one Kubernetes object`);
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw new Problem(`${where} has no apiVersion and kind; every object says what it is`);
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const facts = resourceFacts.find((one) => one.kind === kind && one.group === group && one.version === version);
  if (!facts?.verbs.includes('create'))
    throw new Problem(
      `${where} is a ${apiVersion} ${kind}, which this version cannot deliver; it delivers the kinds that Kubernetes itself has, no custom ones`,
    );
  const metadata = isObject(value.metadata) ? value.metadata : {};
  const { name, namespace } = metadata;
  if (typeof name !== 'string' || name === '')
    throw new Problem(
      `${where} (${kind}) has no metadata.name; a name must be given, because the object is found again by it`,
    );
  if (!facts.namespaced && namespace !== undefined)
    throw new Problem(
      `${where} (${kind} ${name}) has a namespace, which objects of this kind do not have; leave it out`,
    );
  if (namespace !== undefined && typeof namespace !== 'string')
    throw new Problem(`${where} (${kind} ${name}) has a namespace that is not a text`);
  const place = facts.namespaced ? { namespace: namespace ?? 'default' } : {};
  return { object: { ...value, apiVersion, kind, metadata: { ...metadata, name, ...place } }, where };
}

function refuseTwice(found: readonly Found[]): void {
  const seen = new Map<string, string>();
  for (const { object, where } of found) {
    const reference = referenceOf(object);
    const before = seen.get(reference);
    if (before !== undefined) throw new Problem(`${where} is ${reference}, and so is ${before}; keep one of them`);
    seen.set(reference, where);
  }
}
