// `logs`: what the site's processes said.
import { WorldError } from '#base';
import { followLines, loggedProcesses, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

interface LogsOptions extends CommonOptions {
  readonly follow?: boolean;
}

export function logs(context: Context): Verb {
  return {
    declaration: declare('logs', 'what processes said; without a name, which there are', 'holdfast logs kube --follow')
      .argument('[process]', 'name of a process, as `status` shows it')
      .option('--follow', 'go on with what it says from now on'),
    operation: 'log-collection',
    async run(given, args) {
      const options = given as LogsOptions;
      const [name] = args;
      const { folders } = openSite(context.dataOf(options));
      const names = loggedProcesses(folders);
      if (name === undefined) {
        if (options.json) context.printJson({ processes: names });
        else context.out.write(names.map((one) => `${one}\n`).join(''));
        return EXIT.done;
      }
      if (!names.includes(name))
        throw new WorldError('NotFound', `no process ${name} has said anything`, {
          cure: `there are: ${names.join(', ')}`,
        });
      for await (const line of followLines({
        file: folders.log(name),
        follow: options.follow === true,
        clock: context.clock,
      }))
        context.out.write(options.json ? `${JSON.stringify({ process: name, line })}\n` : `${line}\n`);
      return EXIT.done;
    },
  };
}
