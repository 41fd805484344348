// The syntax of label keys and values. Source: Kubernetes concept page "Labels and Selectors", syntax and character set.

const NAME_MAX = 63;
const PREFIX_MAX = 253;
const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
/** Most keys have no prefix and are short; one expression settles them. */
const PLAIN_KEY = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

const NAME_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const NAME_FORM = "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'";

/** What is wrong with a qualified name ("app.kubernetes.io/name"); empty when nothing is. */
export function qualifiedNameProblems(key: string): string[] {
  if (PLAIN_KEY.test(key)) return [];
  const problems: string[] = [];
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const prefix = parts.length > 1 ? parts[0] : undefined;
  if (parts.length > 2)
    return [
      `a qualified name ${NAME_RULE} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is ${NAME_FORM}) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined && (!SUBDOMAIN.test(prefix) || prefix.length > PREFIX_MAX))
    problems.push(
      prefix.length > PREFIX_MAX
        ? `prefix part must be no more than ${PREFIX_MAX} bytes`
        : "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    );
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > NAME_MAX) problems.push(`name part must be no more than ${NAME_MAX} bytes`);
  if (!NAME.test(name))
    problems.push(
      `name part ${NAME_RULE} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is ${NAME_FORM})`,
    );
  return problems;
}

/** What is wrong with a label's value; empty when nothing is. */
export function labelValueProblems(value: string): string[] {
  const problems: string[] = [];
  if (value.length > NAME_MAX) problems.push(`must be no more than ${NAME_MAX} bytes`);
  if (!VALUE.test(value))
    problems.push(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    );
  return problems;
}
