// `link activate`: joins a hub by a token. `link deactivate`: leaves it.

import { WorldError } from '#base';
import { askLink, openSite, siteLink } from '#host';
import { PLANES, type Plane } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { linkText } from './link-text.ts';

interface ActivateOptions extends CommonOptions {
  readonly hub: string;
  readonly token: string;
  readonly plane: string;
  readonly proxy?: string;
}

function planeOf(text: string): Plane {
  const plane = PLANES.find((known) => known === text);
  if (plane) return plane;
  throw new WorldError('Invalid', `--plane must be one of ${PLANES.join(', ')}`);
}

export function linkActivateVerb(context: Context): Verb {
  return {
    declaration: declare(
      'activate',
      'join a hub; with the plane hub, which is declared unless you say otherwise, the hub owns what it asks for',
      'holdfast link activate --hub https://hub.example:8443 --token TOKEN',
    )
      .requiredOption('--hub <url>', 'where the hub answers, as `holdfast hub token` prints it')
      .requiredOption('--token <token>', 'the one-time token that `holdfast hub token` prints')
      .option('--plane <plane>', 'who may change what the hub owns: hub or local', 'hub')
      .option('--proxy <url>', 'an HTTP proxy on the way: http://[USER:PASSWORD@]HOST:PORT'),
    operation: 'link-activate',
    async run(given) {
      const { hub, token, plane, proxy, ...options } = given as unknown as ActivateOptions;
      const { folders } = openSite(context.dataOf(options));
      const link = await askLink(folders, { verb: 'link-activate', hub, token, plane: planeOf(plane), proxy });
      if (options.json) context.printJson(link);
      else {
        context.say(`${context.errPaint.good('✓')} ${link.site} is activated at ${link.hub?.url}`);
        context.out.write(linkText(context, link));
      }
      return EXIT.done;
    },
  };
}

export function linkDeactivateVerb(context: Context): Verb {
  return {
    declaration: declare(
      'deactivate',
      'leave the hub: the site is its own again, and nothing of it changes',
      'holdfast link deactivate --yes',
    ).option('--yes', 'leave without asking again'),
    operation: 'link-deactivate',
    async run(given) {
      const options = given as CommonOptions & { readonly yes?: boolean };
      const data = context.dataOf(options);
      const { folders } = openSite(data);
      if (!options.yes) {
        const { hub } = await siteLink({ data, clock: context.clock });
        throw new WorldError('Invalid', `this makes the site leave ${hub?.url ?? 'its hub'}; say --yes to do it`, {
          cure: 'to come back it needs a new token: holdfast hub token',
        });
      }
      const link = await askLink(folders, { verb: 'link-deactivate' });
      if (options.json) context.printJson(link);
      else
        context.say(
          `${context.errPaint.good('✓')} ${link.site} has no hub any more; remove it there too: holdfast hub remove ${link.site}`,
        );
      return EXIT.done;
    },
  };
}
