// The verbs of `link`, in the order in which help shows them.
import { linkActivateVerb, linkDeactivateVerb } from './activate.ts';
import { linkCutVerb, linkRestoreVerb } from './cut.ts';
import { linkStatusVerb } from './status.ts';

export const LINK_NOUN = {
  name: 'link',
  description: 'the one connection from this site to its hub',
  verbs: [linkStatusVerb, linkActivateVerb, linkDeactivateVerb, linkCutVerb, linkRestoreVerb],
};
