// `link cut` and `link restore`: the link taken away and given back by hand, to practise what a site does without it.
import { askLink, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

function drillVerb(context: Context, of: { name: 'cut' | 'restore'; description: string; done: string }): Verb {
  return {
    declaration: declare(of.name, of.description, `holdfast link ${of.name}`),
    operation: 'link-cut',
    async run(given) {
      const options = given as CommonOptions;
      const { folders } = openSite(context.dataOf(options));
      const link = await askLink(folders, { verb: `link-${of.name}` });
      if (options.json) context.printJson(link);
      else context.say(`${context.errPaint.good('✓')} ${of.done}`);
      return EXIT.done;
    },
  };
}

export const linkCutVerb = (context: Context): Verb =>
  drillVerb(context, {
    name: 'cut',
    description: 'cut the link, to practise: nothing is dialled until it is restored, also after a restart',
    done: 'the link is cut; holdfast link restore gives it back',
  });

export const linkRestoreVerb = (context: Context): Verb =>
  drillVerb(context, {
    name: 'restore',
    description: 'give a link that was cut back: the hub is dialled at once',
    done: 'the link is restored, and the hub is dialled',
  });
