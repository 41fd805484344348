// Mistakes that somebody could make in the deciding code, each of which the checkers must notice in some life.
import type { IssueStep } from '#engine/certificates';
import { PRODUCTION, type Rules } from './rules.ts';
import { DAY_MS } from './world.ts';

export interface Mutation {
  readonly name: string;
  /** Which checker is to notice. */
  readonly noticedBy: readonly string[];
  /** A life in which it is noticed; found anew among the first ones when that is another one by now. */
  readonly seed: number;
  readonly rules: Rules;
}

const spoilt = (change: Partial<Rules>): Rules => ({ ...PRODUCTION, ...change });

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'certificates are renewed at their end, not at two thirds of their life',
    noticedBy: ['never-refused', 'renewals'],
    seed: 1,
    rules: spoilt({
      planCertificates: (of) =>
        PRODUCTION.planCertificates(of).filter(
          (step) => step.reason !== 'renewal due' || of.now > (of.issued(step.spec.name)?.notAfterMs ?? 0),
        ),
    }),
  },
  {
    name: 'certificates are issued anew at every look',
    noticedBy: ['renewals'],
    seed: 1,
    rules: spoilt({
      planCertificates: (of) =>
        PRODUCTION.planCertificates({ ...of, wanted: new Set(of.specs.map(({ name }) => name)) }),
    }),
  },
  {
    name: 'leaves that foreign programs check begin when they are made',
    noticedBy: ['never-refused'],
    seed: 1,
    rules: spoilt({
      planCertificates: (of) =>
        PRODUCTION.planCertificates(of).map((step): IssueStep => ({ ...step, notBeforeMs: of.now - DAY_MS })),
    }),
  },
  {
    name: 'the ratchet is raised to the system clock',
    noticedBy: ['ratchet'],
    seed: 1,
    rules: spoilt({
      persistedClock: (state, now) => {
        const kept = PRODUCTION.persistedClock(state, now);
        return { ...kept, ratchet: { ...kept.ratchet, timeMs: Math.max(kept.ratchet.timeMs, now.systemMs) } };
      },
    }),
  },
  {
    name: 'the ratchet is not written while the site runs',
    noticedBy: ['ratchet'],
    seed: 1,
    rules: spoilt({
      persistedClock: (state, now) => {
        const kept = PRODUCTION.persistedClock(state, now);
        return { ...kept, ratchet: { ...kept.ratchet, timeMs: kept.ratchet.timeMs - (now.bootMs % (2 * DAY_MS)) } };
      },
    }),
  },
  {
    name: 'a system clock that is set moves the time of the site',
    noticedBy: ['clock-truth', 'ratchet', 'never-refused', 'modes'],
    seed: 1,
    rules: spoilt({
      clockStep: (state, event, now) =>
        event.kind === 'look'
          ? { state: { ...state, siteMinusBootMs: now.systemMs - now.bootMs, doubt: undefined }, actions: [] }
          : PRODUCTION.clockStep(state, event, now),
    }),
  },
  {
    name: 'a majority is counted of the time servers that answer, not of those that are configured',
    noticedBy: ['clock-truth', 'ratchet', 'never-refused', 'modes'],
    seed: 8,
    rules: spoilt({ ntpQuorum: (answers) => PRODUCTION.ntpQuorum(answers, answers.length) }),
  },
  {
    name: 'after a jump nothing is judged by the time before',
    noticedBy: ['never-refused'],
    seed: 1,
    rules: spoilt({ toldClock: (state, now) => ({ ...PRODUCTION.toldClock(state, now), leeway: undefined }) }),
  },
  {
    name: 'the mode is counted from half the time',
    noticedBy: ['modes'],
    seed: 1,
    rules: spoilt({
      connectivityFacts: (state, now, settings) =>
        PRODUCTION.connectivityFacts(state, ((state.lastContactAt ?? now) + now) / 2, settings),
    }),
  },
  {
    name: 'an authority is dropped as soon as the next one signs',
    noticedBy: ['never-refused'],
    seed: 8,
    rules: spoilt({
      rolloverStep: (state, event, now) =>
        PRODUCTION.rolloverStep(
          state,
          event.kind === 'leaves-moved' ? { ...event, neededUntilMs: 0 } : event,
          event.kind === 'leaves-moved' ? 0 : now,
        ),
    }),
  },
  {
    name: 'tokens are renewed when they have ended',
    noticedBy: ['never-refused'],
    seed: 1,
    rules: spoilt({ isTokenDue: (token, now) => now > token.expiresAtMs + 60_000 }),
  },
  {
    name: 'the identity is renewed in its last days',
    noticedBy: ['identity-kept'],
    seed: 1,
    rules: spoilt({ identityRenewsMs: (endsMs) => endsMs - 3 * DAY_MS }),
  },
  {
    name: 'the hub never gives an identity back',
    noticedBy: ['identity-kept', 'hub-view', 'modes', 'journal-complete'],
    seed: 1,
    rules: spoilt({ planReturn: (by, waiting) => (waiting?.key === by.key ? 'wait' : 'ask') }),
  },
  {
    name: 'the journal counts as delivered when it was sent',
    noticedBy: ['journal-complete'],
    seed: 1,
    rules: spoilt({ journalDelivered: 'sent' }),
  },
  {
    name: 'the hub counts a contact for an hour',
    noticedBy: ['hub-view'],
    seed: 1,
    rules: spoilt({
      hubSiteStatus: (times, nowMs) => PRODUCTION.hubSiteStatus(times, Math.max(times.contactMs, nowMs - 3_600_000)),
    }),
  },
  {
    name: 'the hub takes a delivery as it comes',
    noticedBy: ['journal-complete'],
    seed: 1,
    rules: spoilt({
      planDelivery: (records) => ({ kind: 'take', records, acknowledged: records.at(-1)?.sequence ?? 0 }),
    }),
  },
  {
    name: 'audit is dropped for room like events',
    noticedBy: ['journal-complete'],
    seed: 6,
    rules: spoilt({ planRoom: (question) => PRODUCTION.planRoom({ ...question, diskIsLow: true }) }),
  },
  {
    name: 'usage is dropped for room, and in no sum',
    noticedBy: ['journal-complete'],
    seed: 6,
    rules: spoilt({
      stripRecords: (records, strip) =>
        PRODUCTION.stripRecords(records, {
          drop: strip.sumUsage ? [...strip.drop, 'usage'] : strip.drop,
          sumUsage: false,
        }),
    }),
  },
  {
    name: 'a delivery says nothing of records that are not here any more',
    noticedBy: ['journal-complete'],
    seed: 1,
    rules: spoilt({
      planBatch: (records, after, bytesMax) =>
        PRODUCTION.planBatch(records, after, bytesMax).filter(({ kind }) => kind !== 'dropped'),
    }),
  },
  {
    name: 'an authority is dropped by its date alone',
    noticedBy: ['never-refused'],
    seed: 965,
    rules: spoilt({
      rolloverStep: (state, event, now) =>
        PRODUCTION.rolloverStep(state.phase === 'retiring' ? { ...state, leftMs: 0 } : state, event, now),
    }),
  },
  {
    name: 'a contact is not told again when the clock was set',
    noticedBy: ['modes'],
    seed: 2,
    rules: spoilt({
      connectivityStep: (state, event, now, settings) =>
        PRODUCTION.connectivityStep(state, event.kind === 'retold' ? { kind: 'tick' } : event, now, settings),
    }),
  },
  {
    name: 'the system clock is set to a time that nobody vouched for',
    noticedBy: ['system-clock'],
    seed: 1,
    rules: spoilt({
      systemClockToSet: (state, now) => {
        const timeMs = now.bootMs + state.siteMinusBootMs;
        return Math.abs(timeMs - now.systemMs) >= 1_000 ? timeMs : undefined;
      },
    }),
  },
  {
    name: 'the system clock is never set',
    noticedBy: ['system-clock'],
    seed: 1,
    rules: spoilt({ systemClockToSet: () => undefined }),
  },
  {
    name: 'a name that is free again lets everybody in who ever had it',
    noticedBy: ['shut-out'],
    seed: 1,
    rules: spoilt({
      withoutPerson: (record, name) => ({ ...record, users: record.users.filter((user) => user.name !== name) }),
    }),
  },
  {
    name: 'a node is judged by the times that stand in its lease',
    noticedBy: ['leases'],
    seed: 1,
    rules: spoilt({
      judgeNode: (_before, signs, { bootMs, siteMs }) => {
        const agoMs = siteMs - Number(signs[0]);
        return PRODUCTION.judgeNode({ sign: signs[0] ?? '', seenMs: bootMs - agoMs }, signs, { bootMs, siteMs });
      },
    }),
  },
  {
    name: 'a node that fell silent is never judged',
    noticedBy: ['leases'],
    seed: 1,
    rules: spoilt({
      judgeNode: (_before, signs, times) => PRODUCTION.judgeNode(undefined, signs, times),
    }),
  },
  {
    name: 'after a jump a cron job runs for every time that was leapt over',
    noticedBy: ['cron'],
    seed: 1,
    rules: spoilt({
      planCronJob: (of) => {
        const plan = PRODUCTION.planCronJob(of);
        const last = Date.parse(of.cron.status?.lastScheduleTime ?? '');
        const missed = plan.start && plan.start.scheduledMs - last > 1.5 * DAY_MS;
        if (!plan.start || !missed) return plan;
        const scheduledMs = last + DAY_MS;
        return {
          ...plan,
          start: { name: `${of.cron.metadata?.name}-${scheduledMs}`, scheduledMs },
          againAfterMs: 1_000,
        };
      },
    }),
  },
  {
    name: 'a cron job waits for the last time that it ran for, however far ahead that is',
    noticedBy: ['cron'],
    seed: 1,
    rules: spoilt({
      planCronJob: (of) => {
        const isAhead = Date.parse(of.cron.status?.lastScheduleTime ?? '') > of.nowMs;
        const { start, ...waiting } = PRODUCTION.planCronJob(of);
        return isAhead || !start ? waiting : { ...waiting, start };
      },
    }),
  },
  {
    name: 'the link waits twice as long after every failure, without an end',
    noticedBy: ['dials'],
    seed: 1,
    rules: spoilt({
      linkStep: (state, event, now) => {
        const step = PRODUCTION.linkStep(state, event, now);
        if (step.state.phase !== 'waiting' || state.phase === 'waiting') return step;
        return { ...step, state: { ...step.state, dueMs: now.nowMs + 5_000 * 2 ** step.state.failures } };
      },
    }),
  },
  {
    name: 'the link dials again at once',
    noticedBy: ['dials'],
    seed: 7,
    rules: spoilt({
      linkStep: (state, event, now) => {
        const step = PRODUCTION.linkStep(state, event, now);
        return step.state.phase === 'waiting' ? { ...step, state: { ...step.state, dueMs: now.nowMs + 100 } } : step;
      },
    }),
  },
  {
    name: 'the desired state does not ask for the plane',
    noticedBy: ['desired-state'],
    seed: 1,
    rules: spoilt({
      planDesired: (of) => PRODUCTION.planDesired({ ...of, standing: { ...of.standing, plane: 'hub' } }),
    }),
  },
  {
    name: 'a job that is gone is begun again',
    noticedBy: ['desired-state'],
    seed: 1,
    rules: spoilt({
      planDesired: (of) => {
        const items = Object.entries(of.inventory.items).filter(([, { applied }]) => applied?.kind !== 'Job');
        return PRODUCTION.planDesired({ ...of, inventory: { ...of.inventory, items: Object.fromEntries(items) } });
      },
    }),
  },
  {
    name: 'what the hub wants is not written',
    noticedBy: ['desired-state'],
    seed: 1,
    rules: spoilt({
      planDesired: (of) => PRODUCTION.planDesired(of).filter(({ action }) => action.kind !== 'apply'),
    }),
  },
];
