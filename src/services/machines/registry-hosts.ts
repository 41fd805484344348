// Tells a machine's containerd to ask the site's registry and no other, whatever registry an image's name says: `server` is
// the last that is asked, so naming the site's there leaves no way out. What is asked for by the registry's own name carries
// no account of the node's; there the pod's pull secret decides.
// Source: containerd, registry host configuration (hosts.toml).
import { base64 } from '#platform/digest';
import { listFolder, readTextIfPresent, removeTree, writeFileAtomic } from '#platform/disk';

export interface RegistryHosts {
  /** containerd's `config_path`. */
  readonly folder: string;
  /** Host and port where the registry answers. */
  readonly address: string;
  /** Hosts with port under which images may name it. */
  readonly ownNames: readonly string[];
  readonly caFile: string;
  /** May pull. */
  readonly account: { readonly user: string; readonly password: string };
}

const DEFAULT = '_default';

/** The text of hosts.toml by folder; `_default` is for every registry that has no folder of its own. */
export function registryHostFiles(of: Omit<RegistryHosts, 'folder'>): ReadonlyMap<string, string> {
  const common = [
    `server = "https://${of.address}"`,
    'capabilities = ["pull", "resolve"]',
    `ca = ${JSON.stringify(of.caFile)}`,
  ];
  const { user, password } = of.account;
  const withAccount = [...common, '[header]', `  authorization = ["Basic ${base64.encode(`${user}:${password}`)}"]`];
  // containerd refuses a file without the table of mirrors, and then asks outside: it is there, and empty.
  const text = (lines: readonly string[]): string => `${[...lines, '[host]'].join('\n')}\n`;
  return new Map([[DEFAULT, text(withAccount)], ...of.ownNames.map((name): [string, string] => [name, text(common)])]);
}

/** Writes what is new and removes what is no longer meant; containerd reads the files at every pull. */
export function writeRegistryHosts(of: RegistryHosts): void {
  const files = registryHostFiles(of);
  for (const name of listFolder(of.folder)) if (!files.has(name)) removeTree(`${of.folder}/${name}`);
  for (const [name, text] of files) {
    const file = `${of.folder}/${name}/hosts.toml`;
    if (readTextIfPresent(file) !== text) writeFileAtomic(file, text);
  }
}
