// `hub journal`: what a site has told.
import { Option } from 'commander';
import { callHub } from '#host';
import type { HubJournalRecord } from '#model/hub';
import type { JournalKind } from '#model/link';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { declareHub, wholeNumber } from './declare.ts';

interface JournalOptions extends CommonOptions {
  readonly kind?: JournalKind;
  readonly follow?: boolean;
  readonly last: string;
}

const FOLLOW_POLL_MS = 500;
/** Records asked for at once while following. */
const FOLLOW_ROWS = 500;

function line({ outPaint: paint }: Context, { at, kind, stream, sequence, body }: HubJournalRecord): string {
  return `${paint.dim(at)}  ${kind.padEnd(9)}  ${paint.dim(`${stream} ${sequence}`)}  ${JSON.stringify(body)}\n`;
}

export function hubJournalVerb(context: Context): Verb {
  const read = async (data: string, question: { site: string; kind?: JournalKind; after?: number; limit: number }) => {
    const records: HubJournalRecord[] = [];
    for await (const answer of callHub(data, { verb: 'journal', ...question }))
      if (answer.kind === 'journal') records.push(...answer.records);
    return records;
  };
  return {
    declaration: declareHub(
      'journal',
      'what a site has told: events, audit, usage, telemetry',
      'holdfast hub journal ship-1 --kind audit --follow',
    )
      .argument('<site>', 'name or id')
      .addOption(new Option('--kind <kind>', 'only of this kind').choices(['telemetry', 'event', 'usage', 'audit']))
      .option('--last <n>', 'how many, at most 1000', '50')
      .option('--follow', 'go on with what it tells from now on; with --json a document a line'),
    async run(given, [site = '']) {
      const options = given as unknown as JournalOptions;
      const data = context.hubDataOf(options);
      const { kind, follow } = options;
      const show = (records: readonly HubJournalRecord[]): void => {
        for (const record of records)
          context.out.write(options.json ? `${JSON.stringify(record)}\n` : line(context, record));
      };
      let records = await read(data, { site, kind, limit: wholeNumber('--last', options.last) });
      if (options.json && !follow) {
        context.printJson({ site, records });
        return EXIT.done;
      }
      show(records);
      let after = records.at(-1)?.id ?? 0;
      while (follow) {
        await context.clock.sleep(FOLLOW_POLL_MS);
        records = await read(data, { site, kind, after, limit: FOLLOW_ROWS });
        show(records);
        after = records.at(-1)?.id ?? after;
      }
      return EXIT.done;
    },
  };
}
