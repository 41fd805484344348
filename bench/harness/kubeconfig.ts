// Where an API server is and how it believes us, read from a kubeconfig. Only the fields of its first cluster and user are
// looked for, by name, in JSON or block YAML; that is what kubeconfigs of one cluster are, and needs no YAML library.
import fs from 'node:fs';

export interface Target {
  readonly server: URL;
  readonly tls: { ca?: Buffer; cert?: Buffer; key?: Buffer; rejectUnauthorized: boolean };
  readonly headers: Readonly<Record<string, string>>;
}

export function readKubeconfig(file: string): Target {
  const text = fs.readFileSync(file, 'utf8');
  const field = (name: string): string | undefined =>
    new RegExp(`(?:^|[\\s{,"'])${name}["']?\\s*:\\s*["']?([^\\s"',}]+)`, 'm').exec(text)?.[1];
  const material = (name: string): Buffer | undefined => {
    const data = field(`${name}-data`);
    if (data !== undefined) return Buffer.from(data, 'base64');
    const path = field(name);
    return path === undefined ? undefined : fs.readFileSync(path);
  };
  const server = field('server');
  if (server === undefined) throw new Error(`${file} names no server`);
  const token = field('token');
  return {
    server: new URL(server),
    tls: {
      ca: material('certificate-authority'),
      cert: material('client-certificate'),
      key: material('client-key'),
      rejectUnauthorized: field('insecure-skip-tls-verify') !== 'true',
    },
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  };
}
