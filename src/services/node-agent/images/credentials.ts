// Credentials for registries out of secrets. Source: Kubernetes, "Pull an Image from a Private Registry"; docker config.json.
import type { Secret } from '#model/kube';
import type { ImageAuth } from '#platform/cri';
import { base64 } from '#platform/digest';
import { fullImageName } from './image-name.ts';

interface Entry {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
}

function entriesOf(secret: Secret): Record<string, Entry> {
  const config = secret.data?.['.dockerconfigjson'];
  const legacy = secret.data?.['.dockercfg'];
  try {
    if (config) return (JSON.parse(base64.decode(config)) as { auths?: Record<string, Entry> }).auths ?? {};
    if (legacy) return JSON.parse(base64.decode(legacy)) as Record<string, Entry>;
  } catch {
    return {};
  }
  return {};
}

/** "https://index.docker.io/v1/" and "docker.io" mean the same registry. */
function place(key: string): string {
  const bare = key
    .replace(/^https?:\/\//, '')
    .replace(/\/v[12]\/?$/, '')
    .replace(/\/$/, '');
  return /^(index|registry-1)\.docker\.io$/.test(bare.split('/')[0] ?? '') ? bare.replace(/^[^/]+/, 'docker.io') : bare;
}

function covers(key: string, image: string): boolean {
  const [keyHost = '', ...keyPath] = place(key).split('/');
  const [imageHost = '', ...imagePath] = fullImageName(image).split('/');
  const pattern = keyHost.split('.');
  const host = imageHost.split('.');
  const sameHost =
    pattern.length === host.length &&
    pattern.every((part, i) =>
      new RegExp(`^${part.replace(/[\\^$+?()[\]{}|]/g, '\\$&').replaceAll('*', '.*')}$`).test(host[i] ?? ''),
    );
  return sameHost && imagePath.join('/').startsWith(keyPath.join('/'));
}

/** What the secrets say for this image, the most exact entry first. No server address is named: the image's own name says whom to
 * ask, and containerd would compare it with the address of the registry that answers for all. */
export function credentialsFor(image: string, secrets: readonly Secret[]): ImageAuth[] {
  const found = secrets
    .flatMap((secret) => Object.entries(entriesOf(secret)))
    .filter(([key]) => covers(key, image))
    .sort(([a], [b]) => place(b).length - place(a).length);
  return found.map(([, entry]) => {
    const [username = '', ...password] = entry.auth ? base64.decode(entry.auth).split(':') : [];
    return {
      username: entry.username ?? username,
      password: entry.password ?? password.join(':'),
      ...(entry.identitytoken ? { identityToken: entry.identitytoken } : {}),
    };
  });
}
