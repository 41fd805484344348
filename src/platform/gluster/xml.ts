// Reads what the command line of gluster prints with --xml: elements by name, at any depth, none of which holds one of its own name.

const UNESCAPED: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** What stands in each element of this name. */
export function xmlElements(xml: string, name: string): string[] {
  const element = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g');
  return [...xml.matchAll(element)].map((match) => match[1] ?? '');
}

/** The text of the first element of this name; undefined when there is none. */
export const xmlText = (xml: string, name: string): string | undefined =>
  xmlElements(xml, name)[0]?.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => UNESCAPED[entity] ?? '');
