// `image delete`: takes an image out of the site's registry.
import { imageDelete, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { bytesText } from '../output.ts';

export function imageDeleteVerb(context: Context): Verb {
  return {
    declaration: declare(
      'delete',
      'delete an image; what no other image uses is freed',
      'holdfast image delete docker.io/library/nginx:1.27',
    ).argument('<image>', 'its name, as `image list` shows it'),
    operation: 'image-delete',
    async run(given, args) {
      const options = given as CommonOptions;
      const [reference = ''] = args;
      const { folders } = openSite(context.dataOf(options));
      const { freedBytes } = await imageDelete(folders, reference);
      if (options.json) context.printJson({ deleted: reference, freedBytes });
      context.say(`${reference} is deleted, ${bytesText(freedBytes)} are free again`);
      return EXIT.done;
    },
  };
}
