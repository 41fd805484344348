// The deciding code of the product that a simulated site runs, in one place: what stands here is imported, never written anew, and a
// mutation is this list with one entry spoilt.
import { planCertificates, rolloverStep } from '#engine/certificates';
import { clockStart, clockStep, ntpQuorum, persistedClock, toldClock } from '#engine/clock';
import { connectivityFacts, connectivityStep } from '#engine/connectivity';
import { hubSiteStatus } from '#model/hub';
import { IDENTITY_LIFE_MS, IDENTITY_RENEW_AFTER_MS } from '#model/link';
import { problemAt } from '#platform/x509';
import { planRenewal, planReturn, planShown } from '../../src/services/hub/identity/identity.plan.ts';
import { deliveryProblem, planDelivery } from '../../src/services/hub/journal/delivery.plan.ts';
import { isTokenDue } from '../../src/services/node-agent/volumes/tokens.plan.ts';
import { tokenVerdict } from './token-verdict.ts';

export const PRODUCTION = {
  clockStart,
  clockStep,
  persistedClock,
  toldClock,
  ntpQuorum,
  connectivityStep,
  connectivityFacts,
  planCertificates,
  rolloverStep,
  certificateProblem: problemAt,
  isTokenDue,
  tokenVerdict,
  hubSiteStatus,
  planDelivery,
  deliveryProblem,
  planRenewal,
  planReturn,
  planShown,
  /** When the site asks for the next identity, of the end of the one it has. */
  identityRenewsMs: (endsMs: number): number => endsMs - IDENTITY_LIFE_MS + IDENTITY_RENEW_AFTER_MS,
  /** When what was told of the journal counts as delivered. */
  journalDelivered: 'acknowledged' as 'acknowledged' | 'sent',
};

export type Rules = typeof PRODUCTION;
