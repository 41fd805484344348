// `image import`: takes archives into the site's registry.
import { messageOf, WorldError } from '#base';
import { archiveBytes, imageImport, openSite } from '#host';
import type { ImportedImage } from '#model/oci';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { bytesText, spanText } from '../output.ts';

interface Imported {
  readonly file: string;
  readonly images: readonly ImportedImage[];
}

interface Failed {
  readonly file: string;
  readonly error: string;
  readonly cure?: string;
}

export function imageImportVerb(context: Context): Verb {
  return {
    declaration: declare(
      'import',
      "take image archives (OCI or Docker, as `docker save` and `skopeo copy` write them) into the site's registry",
      'holdfast image import nginx.tar redis.tar',
    ).argument('<files...>', 'archives; all images of an archive are taken in, or none'),
    operation: 'image-import',
    async run(given, args) {
      const options = given as CommonOptions;
      const { folders } = openSite(context.dataOf(options));
      const { clock, errPaint: paint, say } = context;
      // A wrong path is told before anything is changed.
      const files = args.flat().map((file) => ({ file, path: context.absolute(file) }));
      const sized = files.map(({ file, path }) => ({ file, path, bytes: archiveBytes(path) }));
      const imported: Imported[] = [];
      const failed: Failed[] = [];
      let exitCode: ExitCode = EXIT.done;
      for (const { file, path, bytes } of sized) {
        const started = clock.monotonicMs();
        const line = progressLine(context, `${file} (${bytesText(bytes)})`);
        try {
          const images = await imageImport({ folders, file: path, reading: line.show });
          line.clear();
          imported.push({ file, images });
          const took = paint.dim(`${bytesText(bytes)}, ${spanText(clock.monotonicMs() - started)}`);
          say(`${paint.good('✓')} ${file} ${took}`);
          for (const { reference, digest } of images) say(`    ${reference} ${paint.dim(digest.slice(0, 19))}`);
        } catch (error) {
          line.clear();
          const cure = error instanceof WorldError ? error.details.cure : undefined;
          failed.push({ file, error: messageOf(error), ...(cure ? { cure } : {}) });
          say(`${paint.bad('✗')} ${file}: ${messageOf(error)}`);
          if (cure) say(`    ${paint.dim('cure:')} ${cure}`);
          if (exitCode === EXIT.done) exitCode = exitCodeOf(error);
        }
      }
      if (options.json) context.printJson({ imported, failed });
      return exitCode;
    },
  };
}

/** A line that tells what is being read, on a terminal only: elsewhere it would be noise. */
function progressLine(context: Context, title: string): { show(path: string): void; clear(): void } {
  const { err, errPaint: paint } = context;
  const clear = (): void => {
    if (err.isTerminal) err.write('\r\u001b[K');
  };
  const show = (path: string): void => {
    if (!err.isTerminal) return;
    clear();
    err.write(`  ${title} ${paint.dim(path.slice(0, 40))}`);
  };
  return { show, clear };
}
