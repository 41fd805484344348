// Tells in the audit what is done through a socket of ours: the verb, what it was about, and how it ended. The last answer is given
// when the record is on the disk. What a disk does not take is told by the journal, and the act is answered all the same: a
// site with a full disk must be repairable.

/** Verbs that change nothing, that only our own processes ask, or that are told where they are done (`stop`, which ends the
 * journal too); everything else is told, also what nobody thought of here. */
const UNTOLD: ReadonlySet<string> = new Set([
  'status',
  'watch-start',
  'ensure',
  'stop',
  'told-refusal',
  'clock',
  'clock-sample',
  'usage',
  'forecast',
  'plane',
]);
const isTold = (verb: string): boolean => !UNTOLD.has(verb) && !/-(list|status|show|drill)$/.test(verb);

/** Answers that are never the last one: nobody waits for the record before them. */
const PROGRESS: ReadonlySet<string> = new Set(['step', 'phase', 'reading']);

/** Fields of requests that say what was done; none of them is ever a secret. */
const FIELDS = [
  'name',
  'reference',
  'pinned',
  'file',
  'namespace',
  'role',
  'lifeMs',
  'reason',
  'plane',
  'hub',
  'timeMs',
  'undo',
  'hurry',
  'finish',
  'keepPods',
  'drill',
  'operation',
  'mode',
  'settings',
  'names',
] as const;

type Tell = (body: Readonly<Record<string, unknown>>) => Promise<unknown>;
interface Answer {
  readonly kind: string;
  readonly code?: string;
  readonly message?: string;
}

function told(request: Readonly<Record<string, unknown>>, last: Answer | undefined): Record<string, unknown> {
  const about = Object.fromEntries(FIELDS.flatMap((field) => (field in request ? [[field, request[field]]] : [])));
  const failed = last?.kind === 'error' ? { code: last.code, message: last.message } : {};
  return {
    act: request.verb,
    door: 'command-line',
    ...about,
    outcome: last === undefined ? 'broken-off' : last.kind,
    ...failed,
  };
}

export async function* auditedAnswers<A extends Answer>(
  tell: Tell,
  line: unknown,
  answers: AsyncIterable<A>,
): AsyncGenerator<A> {
  const request = (typeof line === 'object' && line !== null ? line : {}) as Readonly<Record<string, unknown>>;
  if (!isTold(String(request.verb))) {
    yield* answers;
    return;
  }
  let held: A | undefined;
  let last: A | undefined;
  try {
    for await (const answer of answers) {
      if (held) yield held;
      held = undefined;
      if (PROGRESS.has(answer.kind)) yield answer;
      else held = answer;
    }
    last = held;
  } finally {
    await tell(told(request, last));
  }
  if (held) yield held;
}
