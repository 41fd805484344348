// Decides from an Accept header in what form an answer goes out.
// Source: Kubernetes API concepts, "Alternate representations of resources", "Receiving resources as Tables".

export type AnswerFormat = 'json' | 'yaml';
/** Full objects, rows for people, or metadata alone. */
export type AnswerShape = 'object' | 'table' | 'metadata';

export interface Accepted {
  readonly format: AnswerFormat;
  readonly shape: AnswerShape;
  /** Parameters of the chosen media type. */
  readonly parameters: Readonly<Record<string, string>>;
}

export const ACCEPTED_MEDIA_TYPES: readonly string[] = ['application/json', 'application/yaml'];
const PLAIN_JSON: Accepted = { format: 'json', shape: 'object', parameters: {} };
const REMEMBERED_MAX = 200;

function formatOf(type: string): AnswerFormat | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*' || type === '') return 'json';
  return type === 'application/yaml' ? 'yaml' : undefined;
}

function shapeOf(parameters: Readonly<Record<string, string>>): AnswerShape | undefined {
  if (parameters.as === undefined) return 'object';
  if (parameters.g === 'apidiscovery.k8s.io') return 'object';
  if (parameters.g !== 'meta.k8s.io' || (parameters.v !== 'v1' && parameters.v !== 'v1beta1')) return undefined;
  if (parameters.as === 'Table') return 'table';
  return parameters.as === 'PartialObjectMetadata' || parameters.as === 'PartialObjectMetadataList'
    ? 'metadata'
    : undefined;
}

function choose(header: string): Accepted | undefined {
  for (const clause of header.split(',')) {
    const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
    const parameters: Record<string, string> = {};
    for (const parameter of rest) {
      const equals = parameter.indexOf('=');
      if (equals > 0) parameters[parameter.slice(0, equals)] = parameter.slice(equals + 1);
    }
    const format = formatOf(type.toLowerCase());
    const shape = shapeOf(parameters);
    if (format && shape) return { format, shape, parameters };
  }
  return undefined;
}

/** Remembers what it decided, since the same few headers come with every request. Undefined: nothing acceptable. */
export function makeAccept(): (header: string | undefined) => Accepted | undefined {
  const known = new Map<string, Accepted | undefined>();
  return (header) => {
    if (header === undefined || header === '' || header === 'application/json') return PLAIN_JSON;
    if (known.has(header)) return known.get(header);
    const chosen = choose(header);
    if (known.size < REMEMBERED_MAX) known.set(header, chosen);
    return chosen;
  };
}
