// The deciding code of the product that a simulated site runs, in one place: what stands here is imported, never written anew, and a
// mutation is this list with one entry spoilt.
import { planCertificates, rolloverStep } from '#engine/certificates';
import { clockStart, clockStep, ntpQuorum, persistedClock, systemClockToSet, toldClock } from '#engine/clock';
import { connectivityFacts, connectivityStep } from '#engine/connectivity';
import { planCronJob } from '#engine/workload';
import { hubSiteStatus } from '#model/hub';
import { identityRenewsMs } from '#model/link';
import { problemAt } from '#platform/x509';
import { judgeSigns, type SignSeen } from '../../src/services/controllers/node/node-health.plan.ts';
import { planDesired } from '../../src/services/desired-state/apply.plan.ts';
import { isNews, planRenewal, planReturn } from '../../src/services/hub/identity/identity.plan.ts';
import { deliveryProblem, planDelivery } from '../../src/services/hub/journal/delivery.plan.ts';
import { takenBack, withoutPerson, withRoom } from '../../src/services/infrastructure/users/revocation.plan.ts';
import { planBatch, planTurns } from '../../src/services/journal/delivery.plan.ts';
import { planRoom } from '../../src/services/journal/room.plan.ts';
import { stripRecords } from '../../src/services/journal/strip.plan.ts';
import { linkStep } from '../../src/services/link/link.plan.ts';
import { isTokenDue } from '../../src/services/node-agent/volumes/tokens.plan.ts';
import { tokenVerdict } from './token-verdict.ts';

export const PRODUCTION = {
  clockStart,
  clockStep,
  persistedClock,
  toldClock,
  ntpQuorum,
  systemClockToSet,
  connectivityStep,
  connectivityFacts,
  planCertificates,
  rolloverStep,
  certificateProblem: problemAt,
  isTokenDue,
  tokenVerdict,
  hubSiteStatus,
  planDelivery,
  planBatch,
  planTurns,
  planRoom,
  stripRecords,
  deliveryProblem,
  planRenewal,
  planReturn,
  isNews,
  identityRenewsMs,
  linkStep,
  planCronJob,
  planDesired,
  takenBack,
  withoutPerson,
  withRoom,
  /** The wall clock is not asked. */
  judgeNode: (
    before: SignSeen | undefined,
    signs: readonly (string | undefined)[],
    { bootMs }: { readonly bootMs: number; readonly siteMs: number },
  ) => judgeSigns(before, signs, bootMs),
  /** When what was told of the journal counts as delivered. */
  journalDelivered: 'acknowledged' as 'acknowledged' | 'sent',
};

export type Rules = typeof PRODUCTION;
