// Mistakes that somebody could make in the deciding code, each of which the checkers must notice in some life.
import type { IssueStep } from '#engine/certificates';
import { PRODUCTION, type Rules } from './rules.ts';
import { DAY_MS } from './world.ts';

export interface Mutation {
  readonly name: string;
  /** Which checker is to notice. */
  readonly noticedBy: readonly string[];
  readonly rules: Rules;
}

const spoilt = (change: Partial<Rules>): Rules => ({ ...PRODUCTION, ...change });

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'certificates are renewed at their end, not at two thirds of their life',
    noticedBy: ['never-refused', 'renewals'],
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
    rules: spoilt({
      planCertificates: (of) =>
        PRODUCTION.planCertificates({ ...of, wanted: new Set(of.specs.map(({ name }) => name)) }),
    }),
  },
  {
    name: 'leaves that foreign programs check begin when they are made',
    noticedBy: ['never-refused'],
    rules: spoilt({
      planCertificates: (of) =>
        PRODUCTION.planCertificates(of).map((step): IssueStep => ({ ...step, notBeforeMs: of.now - DAY_MS })),
    }),
  },
  {
    name: 'the ratchet is raised to the system clock',
    noticedBy: ['ratchet'],
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
    rules: spoilt({ ntpQuorum: (answers) => PRODUCTION.ntpQuorum(answers, answers.length) }),
  },
  {
    name: 'after a jump nothing is judged by the time before',
    noticedBy: ['never-refused'],
    rules: spoilt({ toldClock: (state, now) => ({ ...PRODUCTION.toldClock(state, now), leeway: undefined }) }),
  },
  {
    name: 'the mode is counted from half the time',
    noticedBy: ['modes'],
    rules: spoilt({
      connectivityFacts: (state, now, settings) =>
        PRODUCTION.connectivityFacts(state, ((state.lastContactAt ?? now) + now) / 2, settings),
    }),
  },
  {
    name: 'an authority is dropped as soon as the next one signs',
    noticedBy: ['never-refused'],
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
    rules: spoilt({ isTokenDue: (token, now) => now > token.expiresAtMs + 60_000 }),
  },
  {
    name: 'the identity is renewed in its last days',
    noticedBy: ['identity-kept'],
    rules: spoilt({ identityRenewsMs: (endsMs) => endsMs - 3 * DAY_MS }),
  },
  {
    name: 'the hub never gives an identity back',
    noticedBy: ['identity-kept', 'hub-view', 'modes', 'journal-complete'],
    rules: spoilt({ planReturn: (by, waiting) => (waiting?.key === by.key ? 'wait' : 'ask') }),
  },
  {
    name: 'the journal counts as delivered when it was sent',
    noticedBy: ['journal-complete'],
    rules: spoilt({ journalDelivered: 'sent' }),
  },
  {
    name: 'the hub counts a contact for an hour',
    noticedBy: ['hub-view'],
    rules: spoilt({
      hubSiteStatus: (times, nowMs) => PRODUCTION.hubSiteStatus(times, Math.max(times.contactMs, nowMs - 3_600_000)),
    }),
  },
];
