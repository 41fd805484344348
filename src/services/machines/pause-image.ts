// The image of pods' first process, which holds their namespaces: made here from Debian's catatonit (static, reaps the
// dead, `-P` waits for ever), so that no pod needs a registry to start. Source: OCI image-spec, image layout.
import { WorldError } from '#base';
import { packTar } from '#platform/archive';
import { sha256Of } from '#platform/digest';
import { isPresent, readBytes, readTextIfPresent, writeFileAtomic } from '#platform/disk';
import { findProgram, ociArchitecture, runOrThrow } from '#platform/process';

export const PAUSE_IMAGE = 'holdfast.dev/pause:1';

const IMPORT_TIMEOUT_MS = 60_000;
const JSON_TYPE = 'application/vnd.oci.image';

interface Blob {
  readonly digest: string;
  readonly size: number;
  readonly content: Uint8Array;
}

function blobOf(content: Uint8Array): Blob {
  return { digest: sha256Of(content), size: content.length, content };
}
const jsonBlob = (document: unknown): Blob => blobOf(new TextEncoder().encode(JSON.stringify(document)));

/** An OCI image layout, as a tar, of one program as the image's only file. */
export async function pauseImageArchive(program: Uint8Array, architecture: string): Promise<Uint8Array> {
  const layer = blobOf(await packTar([{ path: 'pause', content: program, mode: 0o755 }]));
  const config = jsonBlob({
    architecture,
    os: 'linux',
    config: { Entrypoint: ['/pause', '-P'], WorkingDir: '/', User: '65535:65535' },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const descriptor = ({ digest, size }: Blob, kind: string) => ({ mediaType: `${JSON_TYPE}.${kind}`, digest, size });
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: `${JSON_TYPE}.manifest.v1+json`,
    config: descriptor(config, 'config.v1+json'),
    layers: [descriptor(layer, 'layer.v1.tar')],
  });
  const index = {
    schemaVersion: 2,
    manifests: [
      {
        ...descriptor(manifest, 'manifest.v1+json'),
        annotations: { 'io.containerd.image.name': PAUSE_IMAGE, 'org.opencontainers.image.ref.name': '1' },
        platform: { architecture, os: 'linux' },
      },
    ],
  };
  return packTar([
    { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { path: 'index.json', content: JSON.stringify(index) },
    ...[layer, config, manifest].map(({ digest, content }) => ({
      path: `blobs/${digest.replace(':', '/')}`,
      content,
    })),
  ]);
}

/** Puts the image into a containerd that answers, unless its state folder says that it has it. */
export async function ensurePauseImage(of: { socket: string; stateFolder: string; runFolder: string }): Promise<void> {
  const marker = `${of.stateFolder}/pause-image`;
  if (isPresent(`${of.stateFolder}/containerd`) && readTextIfPresent(marker) === PAUSE_IMAGE) return;
  const program = findProgram('catatonit');
  if (!program)
    throw new WorldError('NotFound', 'catatonit is missing, which the pause image is made of', {
      cure: 'apt-get install -y catatonit',
    });
  const file = `${of.runFolder}/pause.tar`;
  writeFileAtomic(file, await pauseImageArchive(readBytes(program), ociArchitecture()));
  await runOrThrow('ctr', ['-a', of.socket, '-n', 'k8s.io', 'images', 'import', file], {
    timeoutMs: IMPORT_TIMEOUT_MS,
  });
  writeFileAtomic(marker, PAUSE_IMAGE);
}
