// The verbs of `hub`, in the order in which help shows them.
import { hubApproveVerb } from './approve.ts';
import { hubDesiredVerb } from './desired.ts';
import { hubDownVerb } from './down.ts';
import { hubJournalVerb } from './journal.ts';
import { hubKubeconfigVerb } from './kubeconfig.ts';
import { hubRemoveVerb } from './remove.ts';
import { hubRequestLogVerb } from './request-log.ts';
import { hubResolveVerb } from './resolve.ts';
import { hubRevokeVerb } from './revoke.ts';
import { hubSiteVerb } from './site.ts';
import { hubSitesVerb } from './sites.ts';
import { hubStatusVerb } from './status.ts';
import { hubTokenVerb } from './token.ts';
import { hubUpVerb } from './up.ts';
import { hubUsersVerb } from './users.ts';

export const HUB_NOUN = {
  name: 'hub',
  description: 'the other end of the link: sites, their desired state, what they tell, ways to their clusters',
  verbs: [
    hubUpVerb,
    hubDownVerb,
    hubStatusVerb,
    hubTokenVerb,
    hubSitesVerb,
    hubSiteVerb,
    hubApproveVerb,
    hubRemoveVerb,
    hubDesiredVerb,
    hubResolveVerb,
    hubJournalVerb,
    hubRequestLogVerb,
    hubKubeconfigVerb,
    hubUsersVerb,
    hubRevokeVerb,
  ],
};
