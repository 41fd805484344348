// $(NAME) in command, args, env values and subPathExpr. $$ is a dollar; an unknown name stays as written.
// Source: Kubernetes, "Define Dependent Environment Variables".

export function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name?: string) => {
    if (name === undefined) return '$';
    return Object.hasOwn(values, name) ? (values[name] ?? '') : whole;
  });
}

/** The names in `text` that `values` does not have. */
export function unknownNames(text: string, values: Readonly<Record<string, string>>): string[] {
  const found: string[] = [];
  for (const [, name] of text.matchAll(/\$\$|\$\(([^)]*)\)/g))
    if (name && !Object.hasOwn(values, name)) found.push(name);
  return found;
}
