// The forms that names take. Each rule gives what is wrong with a name; empty when nothing is.
// Source: Kubernetes concept page "Object Names and IDs".

export type NameRule = (name: string) => readonly string[];

const LABEL_MAX = 63;
const SUBDOMAIN_MAX = 253;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const PORT = /^[-a-z0-9]+$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const FINE: readonly string[] = [];

const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const DNS_1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

function check(name: string, form: RegExp, rule: string, max: number): readonly string[] {
  const fits = name.length <= max;
  const formed = form.test(name);
  if (fits && formed) return FINE;
  return [...(fits ? [] : [`must be no more than ${max} bytes`]), ...(formed ? [] : [rule])];
}

/** RFC 1123 label: namespaces, containers, volumes. */
export const dnsLabelProblems: NameRule = (name) => check(name, LABEL, LABEL_RULE, LABEL_MAX);

/** RFC 1123 subdomain: most objects. */
export const dnsSubdomainProblems: NameRule = (name) => check(name, SUBDOMAIN, SUBDOMAIN_RULE, SUBDOMAIN_MAX);

/** RFC 1035 label: services. */
export const dns1035Problems: NameRule = (name) => check(name, DNS_1035, DNS_1035_RULE, LABEL_MAX);

/** Anything that can stand in a path: roles and bindings. */
export const pathSegmentProblems: NameRule = (name) => {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  const bad = ['/', '%'].filter((character) => name.includes(character));
  return bad.map((character) => `may not contain '${character}'`);
};

/** Names of container ports. Source: IANA service names, RFC 6335. */
export const portNameProblems: NameRule = (name) => {
  const problems: string[] = [];
  if (name.length > 15) problems.push('must be no more than 15 characters');
  if (!PORT.test(name)) problems.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens ('-')");
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)');
  if (name.includes('--')) problems.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
};

/** Keys of config maps and secrets. */
export const configKeyProblems: NameRule = (key) => {
  if (key.length <= SUBDOMAIN_MAX && CONFIG_KEY.test(key) && !key.startsWith('.')) return FINE;
  if (key.length > SUBDOMAIN_MAX) return [`must be no more than ${SUBDOMAIN_MAX} bytes`];
  if (key === '.' || key === '..') return [`must not be '${key}'`];
  if (key.startsWith('..')) return ["must not start with '..'"];
  if (CONFIG_KEY.test(key)) return FINE;
  return [
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  ];
};
