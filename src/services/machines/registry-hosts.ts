// Tells a machine's containerd to ask the site's registry first, whatever registry an image's name says.
// Source: containerd, registry host configuration (hosts.toml).
import { base64 } from '#platform/digest';
import { readTextIfPresent, writeFileAtomic } from '#platform/disk';

/** `address` is host and port of the site's registry; user and password may pull. */
export function writeRegistryHosts(of: {
  folder: string;
  address: string;
  caFile: string;
  user: string;
  password: string;
}): void {
  const url = `https://${of.address}`;
  const text = [
    `[host."${url}"]`,
    '  capabilities = ["pull", "resolve"]',
    `  ca = ${JSON.stringify(of.caFile)}`,
    `  [host."${url}".header]`,
    `    authorization = ["Basic ${base64.encode(`${of.user}:${of.password}`)}"]`,
    '',
  ].join('\n');
  const file = `${of.folder}/_default/hosts.toml`;
  if (readTextIfPresent(file) !== text) writeFileAtomic(file, text);
}
