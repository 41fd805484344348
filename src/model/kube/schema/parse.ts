// Parses the fact strings of facts.ts into schema trees, each type when it is first asked for.
import { assert, once } from '#base';
import { type TypeFacts, typeFacts } from '../facts.ts';
import type { FieldSchema, Scalar, TypeSchema, ValueSchema } from './schema.ts';

const SCALARS: ReadonlySet<string> = new Set<Scalar>([
  'string',
  'bytes',
  'int32',
  'int64',
  'number',
  'boolean',
  'Quantity',
  'IntOrString',
  'Time',
  'MicroTime',
]);

interface Parser {
  typeNamed(name: string): TypeSchema | undefined;
}

function parseValue(text: string, parser: Parser): ValueSchema {
  if (text.startsWith('[]')) return { kind: 'list', items: parseValue(text.slice(2), parser) };
  if (text.startsWith('{}')) return { kind: 'map', values: parseValue(text.slice(2), parser) };
  if (text === 'any') return { kind: 'any' };
  if (SCALARS.has(text)) return { kind: 'scalar', scalar: text as Scalar };
  const type = parser.typeNamed(text);
  assert(type, `the facts know the type ${text}`);
  return { kind: 'object', type };
}

function parseField(name: string, fact: string, parser: Parser): FieldSchema {
  const [head = '', ...notes] = fact.split(' ');
  const value = parseValue(head.replace(/!$/, ''), parser);
  const noted = (key: string) => notes.find((note) => note.startsWith(`${key}=`))?.slice(key.length + 1);
  const defaultText = noted('default');
  const listKeys = noted('map')?.split(',');
  const isList = value.kind === 'list';
  const listType = listKeys ? 'map' : notes.includes('set') ? 'set' : notes.includes('atomic') ? 'atomic' : undefined;
  return {
    name,
    value,
    required: head.endsWith('!'),
    ...(defaultText === undefined ? {} : { default: JSON.parse(defaultText) as unknown }),
    ...(isList && listType ? { listType } : {}),
    ...(listKeys ? { listKeys } : {}),
    atomic: (value.kind === 'map' || value.kind === 'object') && notes.includes('atomic'),
    ...(notes.includes('granular') ? { granular: true } : {}),
    ...(noted('mergeKey') ? { mergeKey: noted('mergeKey') } : {}),
    patchStrategy: noted('patch')?.split(',') ?? [],
  };
}

function makeParser(facts: Readonly<Record<string, TypeFacts>>): Parser {
  const parsed = new Map<string, TypeSchema>();
  const parser: Parser = {
    typeNamed(name) {
      const known = parsed.get(name);
      if (known) return known;
      const own = facts[name];
      if (!own) return undefined;
      const fields = new Map<string, FieldSchema>();
      const required: string[] = [];
      // Known before its fields are parsed, so that a type can refer to itself.
      const type: TypeSchema = { name, fields, required, atomic: own.$ === 'atomic' };
      parsed.set(name, type);
      for (const [field, fact] of Object.entries(own)) {
        if (field === '$') continue;
        const schema = parseField(field, fact, parser);
        fields.set(field, schema);
        if (schema.required) required.push(field);
      }
      return type;
    },
  };
  return parser;
}

const builtIn = once(() => makeParser(typeFacts));

/** The schema of a built-in type by its name in the facts ("core.v1.Pod"); undefined when there is none. */
export function schemaOf(typeName: string): TypeSchema | undefined {
  return builtIn().typeNamed(typeName);
}
