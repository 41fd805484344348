// Label and field selectors in the form that the tests use: `a=b,c!=d,e,!f` and `path=value`.
import type { KubeObject } from '#model/kube';

interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

function term(text: string, readValue: (name: string) => string | undefined): boolean {
  const match = /^(!?)([^=!]+)(?:(!=|==?)(.*))?$/.exec(text.trim());
  if (!match) throw new Error(`the fake client does not read the selector "${text}"`);
  const [, not, name = '', operator, wanted] = match;
  const value = readValue(name);
  if (!operator) return (value !== undefined) !== (not === '!');
  return (value === wanted) !== (operator === '!=');
}

export function parseSelectors(selection: Selection): (object: KubeObject) => boolean {
  const labels = (selection.labelSelector ?? '').split(',').filter(Boolean);
  const fields = (selection.fieldSelector ?? '').split(',').filter(Boolean);
  const field = (object: KubeObject, path: string): string | undefined => {
    let value: unknown = object;
    for (const step of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[step];
    return value === undefined ? '' : String(value);
  };
  return (object) =>
    (!selection.namespace || object.metadata?.namespace === selection.namespace) &&
    labels.every((text) => term(text, (name) => object.metadata?.labels?.[name])) &&
    fields.every((text) => term(text, (name) => field(object, name)));
}
