// `image pin` and `image unpin`: whether an image is kept whatever happens.
import { imagePin, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

function pinning(context: Context, of: { verb: string; pinned: boolean; description: string; done: string }): Verb {
  return {
    declaration: declare(of.verb, of.description, `holdfast image ${of.verb} docker.io/library/nginx:1.27`).argument(
      '<image>',
      'its name, as `image list` shows it',
    ),
    operation: 'image-pin',
    async run(given, args) {
      const options = given as CommonOptions;
      const [reference = ''] = args;
      const { folders } = openSite(context.dataOf(options));
      await imagePin(folders, reference, of.pinned);
      if (options.json) context.printJson({ image: reference, pinned: of.pinned });
      context.say(`${reference} ${of.done}`);
      return EXIT.done;
    },
  };
}

export const imagePinVerb = (context: Context): Verb =>
  pinning(context, {
    verb: 'pin',
    pinned: true,
    description: 'keep an image until somebody deletes it',
    done: 'is pinned',
  });

export const imageUnpinVerb = (context: Context): Verb =>
  pinning(context, {
    verb: 'unpin',
    pinned: false,
    description: 'let an image go when room is needed and it can be had again',
    done: 'is no longer pinned',
  });
