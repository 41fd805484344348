// Makes image archives for tests, of files alone, so that no registry is needed. Source: OCI image-spec, image layout.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { packTar } from '#platform/archive';
import { sha256Of } from '#platform/digest';
import { ociArchitecture } from '#platform/process';

export interface ImageFile {
  readonly path: string;
  readonly content: Uint8Array | string;
  readonly mode?: number;
}

interface Blob {
  readonly content: Uint8Array | string;
  readonly digest: string;
  readonly size: number;
}

const TYPE = 'application/vnd.oci.image';
const blobOf = (content: Uint8Array | string): Blob => ({
  content,
  digest: sha256Of(content),
  size: Buffer.byteLength(content),
});
const descriptor = ({ digest, size }: Blob, kind: string) => ({ mediaType: `${TYPE}.${kind}`, digest, size });

/** Writes an OCI archive with one image of one layer. `name` is its full name, when the archive shall say it. */
export async function writeImage(
  file: string,
  of: { readonly files: readonly ImageFile[]; readonly name?: string; readonly config?: object },
): Promise<void> {
  const architecture = ociArchitecture();
  const layer = blobOf(await packTar([...of.files]));
  const config = blobOf(
    JSON.stringify({
      architecture,
      os: 'linux',
      config: of.config ?? {},
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
  );
  const manifest = blobOf(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${TYPE}.manifest.v1+json`,
      config: descriptor(config, 'config.v1+json'),
      layers: [descriptor(layer, 'layer.v1.tar')],
    }),
  );
  const annotations = of.name ? { annotations: { 'io.containerd.image.name': of.name } } : {};
  const index = { schemaVersion: 2, manifests: [{ ...descriptor(manifest, 'manifest.v1+json'), ...annotations }] };
  const blobs = [layer, config, manifest].map(({ digest, content }) => ({
    path: `blobs/${digest.replace(':', '/')}`,
    content,
  }));
  const head = [
    { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { path: 'index.json', content: JSON.stringify(index) },
  ];
  fs.writeFileSync(file, await packTar([...head, ...blobs]));
}

/** An image whose containers run until they are asked to end; it has a shell and the usual programs as /bin/busybox. */
export async function writeBusyboxImage(file: string, name: string): Promise<void> {
  await writeImage(file, {
    name,
    files: [{ path: 'bin/busybox', content: fs.readFileSync('/bin/busybox'), mode: 0o755 }],
    config: { Entrypoint: ['/bin/busybox', 'sh', '-c', 'trap exit TERM; /bin/busybox sleep 1000000 & wait'] },
  });
}

/** An image of programs of this machine, with the libraries that they are linked with. */
export async function writeProgramsImage(file: string, name: string, programs: readonly string[]): Promise<void> {
  const linked = programs.flatMap((program) => {
    const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
    return [...(stdout ?? '').matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
  });
  const files = [...new Set([...programs, ...linked])].map((one) => ({
    path: one.slice(1),
    content: fs.readFileSync(one),
    mode: 0o755,
  }));
  await writeImage(file, { name, files });
}
