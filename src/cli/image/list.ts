// `image list`: what the site's registry has.
import { clockOfFolder, imageList, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { ageText, bytesText, table } from '../output.ts';

/** As much of a digest as tells images apart. */
const DIGEST_SHOWN = 'sha256:'.length + 12;

export function imageListVerb(context: Context): Verb {
  return {
    declaration: declare('list', "the images in the site's registry", 'holdfast image list'),
    operation: 'image-list',
    async run(given) {
      const options = given as CommonOptions;
      const data = context.dataOf(options);
      const { folders } = openSite(data);
      const images = await imageList(folders);
      const { outPaint: paint } = context;
      const now = clockOfFolder(data, context.clock).now();
      if (options.json) context.printJson({ images });
      else if (images.length === 0)
        context.say(`no images yet; bring some: ${context.commandFor(options, 'image import FILE')}`);
      else
        context.out.write(
          `${table(
            ['image', 'digest', 'size', 'from', 'pinned', 'age'],
            images.map((image) => [
              image.reference,
              paint.dim(image.digest.slice(0, DIGEST_SHOWN)),
              bytesText(image.bytes),
              image.origin,
              image.pinned ? paint.good('yes') : paint.dim('no'),
              ageText(image.since, now),
            ]),
            paint,
          )}\n`,
        );
      return EXIT.done;
    },
  };
}
