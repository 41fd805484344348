// Reads the published protobuf descriptions of the Kubernetes API and writes the numbers of the fields of every type that
// the server knows.  Only names, numbers and types are kept.
//   node scripts/generate-proto-facts.mjs <folder with k8s.io/>
// A line is a type: { "<number>": "<json name>:<type>" }, types as in schema-facts.json; "*" as name means that the fields
// of that type stand in this one (an embedded struct), "wrapped" lists are messages around a list.
import fs from 'node:fs';
import path from 'node:path';

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node scripts/generate-proto-facts.mjs <folder with k8s.io/>');
  process.exit(2);
}
const here = import.meta.dirname;
const facts = JSON.parse(fs.readFileSync(path.join(here, '../src/model/kube/generated/schema-facts.json'), 'utf8'));
const out = path.join(here, '../src/services/apiserver/protobuf/generated/proto-facts.json');

const files = fs.globSync('**/generated.proto', { cwd: folder });
const messages = new Map();
for (const file of files) {
  const text = fs.readFileSync(path.join(folder, file), 'utf8').replace(/\/\/.*$/gm, '');
  const pkg = text.match(/^package ([\w.]+);/m)?.[1] ?? '';
  for (const [, name, body] of text.matchAll(/^message (\w+) \{\n([\s\S]*?)^\}/gm)) {
    const fields = [...body.matchAll(/^\s*(optional|repeated|map<(\w+), *([\w.]+)>)\s*([\w.]*)\s+(\w+) = (\d+)/gm)].map(
      (m) => ({
        repeated: m[1] === 'repeated',
        map: m[3],
        type: m[4],
        name: m[5],
        number: m[6],
      }),
    );
    messages.set(`${pkg}.${name}`, { pkg, name, fields });
  }
}
const shortOf = (full) => {
  const m = full.match(
    /^k8s\.io\.(?:api|apiextensions_apiserver\.pkg\.apis|kube_aggregator\.pkg\.apis|apimachinery\.pkg\.apis)\.(\w+)\.(\w+)\.(\w+)$/,
  );
  if (m) return `${m[1]}.${m[2]}.${m[3]}`;
  return full.split('.').at(-1);
};
const SPECIAL = {
  'meta.v1.Time': 'Time',
  'meta.v1.MicroTime': 'MicroTime',
  'meta.v1.FieldsV1': 'raw',
  'apiextensions.v1.JSON': 'raw',
  RawExtension: 'raw',
  Quantity: 'Quantity',
  IntOrString: 'IntOrString',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'SchemaOrArray',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'SchemaOrBool',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'SchemaOrStrings',
};
const SCALARS = new Set(['string', 'bytes', 'int32', 'int64', 'bool', 'double', 'uint32', 'uint64']);
const resolve = (type, pkg) => {
  if (SCALARS.has(type)) return { text: type };
  const full = messages.has(type)
    ? type
    : messages.has(`${pkg}.${type}`)
      ? `${pkg}.${type}`
      : `${type.startsWith('.') ? type.slice(1) : type}`;
  const short = shortOf(full);
  return { text: SPECIAL[short] ?? short, full };
};
const isWrappedList = (m) => m && m.fields.length === 1 && m.fields[0].name === 'items' && m.fields[0].repeated;
const types = {};
const wanted = new Set();
const visit = (full) => {
  const message = messages.get(full);
  const short = shortOf(full);
  if (!message || wanted.has(short)) return;
  wanted.add(short);
  const json = facts[short];
  const named = json ? new Map(Object.keys(json).map((k) => [k.toLowerCase(), k])) : undefined;
  const lines = {};
  for (const field of message.fields) {
    const target = resolve(field.map ?? field.type, message.pkg);
    const wrapped = isWrappedList(messages.get(target.full ?? ''));
    let name = named ? named.get(field.name.toLowerCase()) : field.name;
    if (name === undefined) {
      if (target.full && !field.map && !field.repeated && !wrapped) name = '*';
      else if (short.includes('JSONSchemaProps'))
        name = field.name === 'ref' ? '$ref' : field.name === 'schema' ? '$schema' : field.name;
      else {
        console.error(`${short}.${field.name}: not in the JSON form, left out`);
        continue;
      }
    }
    if (short.endsWith('.JSONSchemaProps')) {
      if (field.name === 'ref') name = '$ref';
      if (field.name === 'schema') name = '$schema';
      const extension = field.name.match(/^xKubernetes(\w+)$/);
      if (extension) name = `x-kubernetes-${extension[1].replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()}`;
    }
    const base = wrapped ? `wrapped` : target.text;
    lines[field.number] = `${name}:${field.map ? '{}' : field.repeated ? '[]' : ''}${base}`;
    if (target.full && !wrapped && !SPECIAL[target.text]) visit(target.full);
  }
  types[short] = lines;
};
for (const [full, message] of messages) {
  if (facts[shortOf(full)] || message.name === 'DeleteOptions') visit(full);
}
visit('k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps');
const text = `{\n${Object.keys(types)
  .sort()
  .map((name) => `${JSON.stringify(name)}: ${JSON.stringify(types[name])}`)
  .join(',\n')}\n}\n`;
fs.mkdirSync(path.dirname(out), { recursive: true });
fs.writeFileSync(out, text);
console.log(`${Object.keys(types).length} types, ${text.length} bytes`);
