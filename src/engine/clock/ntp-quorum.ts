// What several time servers say together: the span that most of their answers share (Marzullo's algorithm, as NTP's
// intersection does it), when that is a majority of the servers that are configured, silent ones included. A lie of the
// minority, however bold, moves nothing. Source: RFC 5905 section 11.2.1.

export interface NtpAnswer {
  readonly server: string;
  /** Their time minus ours. */
  readonly offsetMs: number;
  /** The truth is within this of it, if the server says the truth. */
  readonly uncertaintyMs: number;
}

export type NtpQuorum =
  | {
      readonly kind: 'agreed';
      readonly offsetMs: number;
      readonly uncertaintyMs: number;
      /** Servers whose answers hold the time. */
      readonly agreeing: readonly string[];
      readonly against: readonly string[];
    }
  | { readonly kind: 'none'; readonly answered: number; readonly needed: number };

export function ntpQuorum(answers: readonly NtpAnswer[], configured: number): NtpQuorum {
  const needed = Math.floor(Math.max(configured, answers.length) / 2) + 1;
  const edges = answers
    .flatMap(({ offsetMs, uncertaintyMs }) => [
      { at: offsetMs - uncertaintyMs, begins: 1 },
      { at: offsetMs + uncertaintyMs, begins: -1 },
    ])
    // At one point, spans begin before others end: touching spans share it.
    .sort((a, b) => a.at - b.at || b.begins - a.begins);
  let open = 0;
  let best = { count: 0, from: 0, to: 0 };
  for (const [i, { at, begins }] of edges.entries()) {
    open += begins;
    const next = edges[i + 1];
    if (begins > 0 && next && open > best.count) best = { count: open, from: at, to: next.at };
  }
  if (best.count < needed || answers.length === 0) return { kind: 'none', answered: answers.length, needed };
  const holds = ({ offsetMs, uncertaintyMs }: NtpAnswer): boolean =>
    offsetMs - uncertaintyMs <= best.from && offsetMs + uncertaintyMs >= best.to;
  return {
    kind: 'agreed',
    offsetMs: (best.from + best.to) / 2,
    uncertaintyMs: (best.to - best.from) / 2,
    agreeing: answers.filter(holds).map(({ server }) => server),
    against: answers.filter((answer) => !holds(answer)).map(({ server }) => server),
  };
}
