// Answers the socket of a hub: what each verb asks of its operator's side.
import { HUB_PROTOCOL_VERSION, type HubAnswer, type HubRequest, hubUrl } from '#model/hub';
import { SOFTWARE_VERSION } from '#model/site';
import { rfc3339 } from '#platform/clock';
import type { HubOperator } from '#services/hub';
import { versionedAnswers } from '../versioned-answers.ts';

interface Running {
  readonly operator: HubOperator;
  readonly startedAtMs: number;
}

type Asked<V extends HubRequest['verb']> = Extract<HubRequest, { verb: V }>;
type Answers = {
  readonly [V in HubRequest['verb']]: (running: Running, request: Asked<V>) => AsyncIterable<HubAnswer>;
};

async function* one(answer: Promise<HubAnswer> | HubAnswer): AsyncGenerator<HubAnswer> {
  yield await answer;
}
const DONE: HubAnswer = { kind: 'done' };
const done = (act: Promise<void>): AsyncIterable<HubAnswer> => one(act.then(() => DONE));

function status({ operator, startedAtMs }: Running): HubAnswer {
  const url = hubUrl(operator.hub);
  const startedAt = rfc3339(startedAtMs);
  return {
    kind: 'status',
    status: { phase: 'Running', version: SOFTWARE_VERSION, url, pid: process.pid, startedAt, ...operator.counts() },
  };
}

const ANSWERS: Answers = {
  status: (running) => one(status(running)),
  token: ({ operator }, request) => one(operator.token(request).then((token) => ({ kind: 'token', token }))),
  async *sites({ operator }) {
    for (const sites of operator.sites()) yield { kind: 'sites', sites };
  },
  site: ({ operator }, request) => one(operator.site(request.site).then((site) => ({ kind: 'site', site }))),
  approve: ({ operator }, request) => done(operator.approve(request.site)),
  remove: ({ operator }, request) => done(operator.remove(request.site)),
  desired: ({ operator }, request) =>
    one(operator.desired(request.site, request.source).then((set) => ({ kind: 'desired', ...set }))),
  resolve: ({ operator }, request) => done(operator.resolve(request.site, request.object, request.keep)),
  async *journal({ operator }, request) {
    // A line must stay below what a socket takes: records go one by one in pieces of bounded size.
    const records = await operator.journal(request.site, request);
    for (let at = 0; at < records.length; at += RECORDS_A_LINE)
      yield { kind: 'journal', records: records.slice(at, at + RECORDS_A_LINE) };
  },
  kubeconfig: ({ operator }, request) =>
    one(
      operator.kubeconfig(request.site, request.user, request.days).then((made) => ({ kind: 'kubeconfig', ...made })),
    ),
  users: ({ operator }) => one({ kind: 'users', users: operator.users() }),
  revoke: ({ operator }, request) =>
    one(operator.revoke(request.user, request.site).then((count) => ({ kind: 'revoked', count }))),
  'request-log': ({ operator }, request) =>
    one(operator.requestLog(request.site).then((id) => ({ kind: 'requested', id }))),
};

/** A record is at most 16 KiB. */
const RECORDS_A_LINE = 100;

const CURE = 'restart the hub with this version: holdfast hub down, then holdfast hub up';

/** Never throws: failures are answers. */
export const control = (running: Running, line: unknown): AsyncIterable<HubAnswer> =>
  versionedAnswers(
    { speaks: 'the hub speaks', version: HUB_PROTOCOL_VERSION, cure: CURE },
    line,
    (request: HubRequest) => {
      const answer = ANSWERS[request.verb] as (running: Running, request: HubRequest) => AsyncIterable<HubAnswer>;
      return answer(running, request);
    },
  );
