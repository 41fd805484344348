// `events`: what happened on the site.
import { followLines, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

interface EventsOptions extends CommonOptions {
  readonly follow?: boolean;
}

interface EventLine {
  readonly time: string;
  readonly type: string;
  readonly subject: string;
  readonly reason: string;
  readonly message: string;
}

/** Undefined when the line is not whole. */
function eventOf(line: string): EventLine | undefined {
  try {
    return JSON.parse(line) as EventLine;
  } catch {
    return undefined;
  }
}

export function events(context: Context): Verb {
  return {
    declaration: declare('events', 'what happened on the site, oldest first', 'holdfast events --follow').option(
      '--follow',
      'go on with what happens from now on; with --json, one document a line',
    ),
    operation: 'site-events',
    async run(given) {
      const options = given as EventsOptions;
      const { folders } = openSite(context.dataOf(options));
      const { outPaint: paint, out } = context;
      const found: EventLine[] = [];
      for await (const line of followLines({
        file: folders.eventsFile,
        follow: options.follow === true,
        clock: context.clock,
      })) {
        if (line === '') continue;
        const event = eventOf(line);
        if (!event) {
          context.say('a damaged line was left out; a power cut or a full disk leaves such');
          continue;
        }
        if (!options.json) {
          const mark = event.type === 'Warning' ? paint.warn(event.reason.padEnd(16)) : event.reason.padEnd(16);
          out.write(`${paint.dim(event.time)}  ${event.subject.padEnd(26)}  ${mark}  ${event.message}\n`);
        } else if (options.follow) out.write(`${line}\n`);
        else found.push(event);
      }
      if (options.json && !options.follow) context.printJson({ events: found });
      return EXIT.done;
    },
  };
}
