// Reads the published Kubernetes OpenAPI v3 and discovery documents and writes the facts that
// Holdfast needs of them: field names, types, required, defaults, merge and map keys, and the
// resources with their verbs.  No prose is kept.
//   node scripts/generate-kube-facts.mjs <folder with openapi-v3-1.36/ and discovery-1.36/>
import fs from 'node:fs';
import path from 'node:path';

const [specFolder] = process.argv.slice(2);
if (!specFolder) {
  console.error('usage: node scripts/generate-kube-facts.mjs <spec folder>');
  process.exit(2);
}
const out = path.join(import.meta.dirname, '../src/model/kube/generated');
const GA = /^v[0-9]+$/;

const shortName = (ref) => {
  const n = ref.replace('#/components/schemas/', '');
  const meta = n.match(/^io\.k8s\.apimachinery\.pkg\.apis\.meta\.(v1)\.(.+)$/);
  if (meta) return `meta.${meta[1]}.${meta[2]}`;
  const api = n.match(/^io\.k8s\.api\.([a-z]+)\.(v[0-9a-z]+)\.(.+)$/);
  if (api) return `${api[1]}.${api[2]}.${api[3]}`;
  const ext = n.match(/^io\.k8s\.(apiextensions-apiserver|kube-aggregator)\.pkg\.apis\.([a-z]+)\.(v[0-9a-z]+)\.(.+)$/);
  if (ext) return `${ext[2]}.${ext[3]}.${ext[4]}`;
  if (n === 'io.k8s.apimachinery.pkg.api.resource.Quantity') return 'Quantity';
  if (n === 'io.k8s.apimachinery.pkg.util.intstr.IntOrString') return 'IntOrString';
  if (n === 'io.k8s.apimachinery.pkg.runtime.RawExtension') return 'any';
  if (n === 'io.k8s.apimachinery.pkg.version.Info') return 'version.Info';
  throw new Error(`no short name for ${n}`);
};
const special = {
  'meta.v1.Time': 'Time',
  'meta.v1.MicroTime': 'MicroTime',
  'meta.v1.FieldsV1': 'any',
  'meta.v1.Patch': 'any',
  'apiextensions.v1.JSON': 'any',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'any',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'any',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'any',
};

const typeOf = (p) => {
  if (p.$ref) {
    const s = shortName(p.$ref);
    return special[s] ?? s;
  }
  if (p.allOf) return typeOf(p.allOf[0]);
  if (p.oneOf) return 'any';
  if (p.type === 'array') return `[]${typeOf(p.items)}`;
  if (p.type === 'object') return p.additionalProperties ? `{}${typeOf(p.additionalProperties)}` : 'any';
  if (p.type === 'string') return p.format === 'byte' ? 'bytes' : p.format === 'date-time' ? 'Time' : 'string';
  if (p.type === 'integer') return p.format === 'int64' ? 'int64' : 'int32';
  if (p.type === 'number') return 'number';
  if (p.type === 'boolean') return 'boolean';
  return 'any';
};
const isEmpty = (d) => d && typeof d === 'object' && Object.keys(d).length === 0;
const factOf = (p, required) => {
  let s = typeOf(p) + (required ? '!' : '');
  const d = p.default;
  // "" and 0 as the default of an optional Go value, and {}, are zero values and say nothing.
  if (d !== undefined && !isEmpty(d) && d !== '' && d !== 0) s += ` default=${JSON.stringify(d)}`;
  const lt = p['x-kubernetes-list-type'];
  if (lt === 'map') s += ` map=${p['x-kubernetes-list-map-keys'].join(',')}`;
  else if (lt) s += ` ${lt}`;
  const mapType = p['x-kubernetes-map-type'];
  // An object of a type that is a whole everywhere else, owned part by part in this field.
  if (mapType === 'atomic' || mapType === 'granular') s += ` ${mapType}`;
  if (p['x-kubernetes-patch-merge-key']) s += ` mergeKey=${p['x-kubernetes-patch-merge-key']}`;
  if (p['x-kubernetes-patch-strategy']) s += ` patch=${p['x-kubernetes-patch-strategy']}`;
  return s;
};

const schemas = {};
for (const f of fs.readdirSync(path.join(specFolder, 'openapi-v3-1.36')).sort()) {
  const doc = JSON.parse(fs.readFileSync(path.join(specFolder, 'openapi-v3-1.36', f), 'utf8'));
  Object.assign(schemas, doc.components?.schemas ?? {});
}
const types = {};
for (const [ref, s] of Object.entries(schemas)) {
  const name = shortName(ref);
  if (special[name] || !name.includes('.')) continue;
  const version = name.split('.')[1];
  if (!GA.test(version) && !name.startsWith('version.')) continue;
  if (name.endsWith('List') && s.properties?.items && s.properties?.metadata) continue;
  const t = {};
  for (const [k, p] of Object.entries(s.properties ?? {})) t[k] = factOf(p, (s.required ?? []).includes(k));
  if (s['x-kubernetes-map-type'] === 'atomic') t.$ = 'atomic';
  types[name] = t;
}
// Keep only what a kind can reach.
const used = new Set();
const reach = (n) => {
  if (used.has(n) || !types[n]) return;
  used.add(n);
  for (const f of Object.values(types[n]))
    reach(
      f
        .split(' ')[0]
        .replace(/!$/, '')
        .replace(/^(\[\]|\{\})+/, ''),
    );
};

const resources = [];
const groups = JSON.parse(fs.readFileSync(path.join(specFolder, 'discovery-1.36/apis.json'), 'utf8')).groups.map(
  (g) => g.name,
);
const lists = [['', 'v1', 'api__v1.json']];
for (const f of fs.readdirSync(path.join(specFolder, 'discovery-1.36'))) {
  const m = f.match(/^apis__(.+)__(v[0-9]+)\.json$/);
  if (m) lists.push([m[1], m[2], f]);
}
lists.sort((a, b) => groups.indexOf(a[0]) - groups.indexOf(b[0]) || (a[1] < b[1] ? 1 : -1));
const typeGroup = (g) =>
  g === ''
    ? 'core'
    : g.replace(/\.k8s\.io$/, '').split('.')[0] === 'flowcontrol'
      ? 'flowcontrol'
      : g
          .replace(/\.k8s\.io$/, '')
          .replace(/\.authorization$/, '')
          .split('.')[0];
for (const [group, version, file] of lists) {
  const doc = JSON.parse(fs.readFileSync(path.join(specFolder, 'discovery-1.36', file), 'utf8'));
  for (const r of doc.resources.filter((x) => !x.name.includes('/'))) {
    const sub = doc.resources
      .filter((x) => x.name.startsWith(`${r.name}/`))
      .map((x) => ({
        name: x.name.split('/')[1],
        kind: x.kind,
        ...(x.group && x.group !== group ? { group: x.group, version: x.version } : {}),
        verbs: x.verbs,
      }));
    const type = `${typeGroup(group)}.${version}.${r.kind}`;
    if (!types[type]) throw new Error(`no type ${type}`);
    reach(type);
    const others = sub
      .filter((x) => x.kind !== r.kind)
      .map((x) => `${typeGroup(x.group ?? group)}.${x.version ?? version}.${x.kind}`);
    for (const other of others.filter((name) => types[name])) reach(other);
    resources.push({
      group,
      version,
      resource: r.name,
      singular: r.singularName,
      kind: r.kind,
      type,
      namespaced: r.namespaced,
      verbs: r.verbs,
      ...(r.shortNames ? { shortNames: r.shortNames } : {}),
      ...(r.categories ? { categories: r.categories } : {}),
      ...(sub.length ? { subresources: sub } : {}),
    });
  }
}
for (const n of [
  'meta.v1.Status',
  'meta.v1.DeleteOptions',
  'meta.v1.ListMeta',
  'meta.v1.Condition',
  'meta.v1.LabelSelector',
  'autoscaling.v1.Scale',
  'policy.v1.Eviction',
  'authentication.v1.TokenRequest',
])
  reach(n);
const kept = Object.fromEntries(
  Object.entries(types)
    .filter(([n]) => used.has(n))
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);
const oneLineEach = (o) =>
  `{\n${Object.entries(o)
    .map(([k, v]) => `${JSON.stringify(k)}: ${JSON.stringify(v)}`)
    .join(',\n')}\n}`;
fs.mkdirSync(out, { recursive: true });
fs.writeFileSync(path.join(out, 'schema-facts.json'), `${oneLineEach(kept)}\n`);
fs.writeFileSync(
  path.join(out, 'resource-facts.json'),
  `[\n${resources.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`,
);

// TypeScript interfaces of the same facts.  A kind's own name where it is unique or core's; else group and version before it.
const owners = {};
for (const n of Object.keys(kept)) {
  const short = n.split('.')[2];
  owners[short] = [...(owners[short] ?? []), n];
}
const rank = (n) => (n.startsWith('core.') ? 0 : n.startsWith('meta.') ? 1 : n.startsWith('autoscaling.v2') ? 2 : 3);
const tsName = {};
for (const [short, ns] of Object.entries(owners))
  ns.sort((a, b) => rank(a) - rank(b)).forEach((n, i) => {
    const [g, v, k] = n.split('.');
    tsName[n] = i === 0 ? short : `${g[0].toUpperCase()}${g.slice(1)}${v.toUpperCase()}${k}`;
  });
const tsType = (t) =>
  t.startsWith('[]')
    ? `${wrap(tsType(t.slice(2)))}[]`
    : t.startsWith('{}')
      ? `Record<string, ${tsType(t.slice(2))}>`
      : ({
          string: 'string',
          bytes: 'string',
          int32: 'number',
          int64: 'number',
          number: 'number',
          boolean: 'boolean',
          any: 'any',
          Quantity: 'Quantity',
          IntOrString: 'IntOrString',
          Time: 'Time',
          MicroTime: 'MicroTime',
        }[t] ??
        tsName[t] ??
        'any');
const wrap = (t) => (t.includes(' ') && !t.startsWith('Record<') ? `(${t})` : t);
let ts =
  '// Generated by scripts/generate-kube-facts.mjs from the Kubernetes 1.36 API: the TypeScript shape of every GA type.\n' +
  '/** resource.Quantity in its text form, e.g. "100m" or "64Mi". */\nexport type Quantity = string | number;\nexport type IntOrString = number | string;\n/** RFC 3339, whole seconds. */\nexport type Time = string;\n/** RFC 3339 with microseconds. */\nexport type MicroTime = string;\n';
for (const [n, t] of Object.entries(kept)) {
  const fields = Object.entries(t).filter(([k]) => k !== '$');
  ts += `\nexport interface ${tsName[n]} {\n`;
  for (const [k, f] of fields) {
    const [head] = f.split(' ');
    const req = head.endsWith('!') && !/ default=/.test(f);
    const type = tsType(head.replace(/!$/, ''));
    ts += `  ${/^[A-Za-z_][A-Za-z0-9_]*$/.test(k) ? k : JSON.stringify(k)}${req ? '' : '?'}: ${type};\n`;
  }
  ts += '}\n';
}
fs.writeFileSync(path.join(out, 'kinds.ts'), ts);
console.log(`${Object.keys(kept).length} types, ${resources.length} resources`);
