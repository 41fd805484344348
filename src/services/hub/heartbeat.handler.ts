// A heartbeat: checked, kept in memory, answered from memory. The one request that comes 1,667 times a second, so it waits for
// nothing; what it changes is written later (sites/sites.ts).
import type { HeartbeatAnswer, JournalPositions } from '#model/link';
import { CONNECTIVITY_MODES, PLANES } from '#model/site';
import { REVISION_MAX } from './limits.ts';
import { choiceField, countField, type Fields, listField, textField } from './message.ts';
import type { HubParts } from './parts.ts';
import { LinkRefused } from './refusal.ts';
import type { Heartbeat, HubSite } from './sites/site.ts';

const PHASES = ['Starting', 'Ready', 'Degraded', 'Stopped'] as const;
const TROUBLES_MAX = 8;
const NO_POSITIONS: JournalPositions = {};

/** Errors: LinkRefused `Invalid`. */
function heartbeatIn(fields: Fields): Heartbeat {
  const troubles = listField(fields, 'troubles');
  if (troubles.length > TROUBLES_MAX || troubles.some((trouble) => typeof trouble !== 'string'))
    throw new LinkRefused('Invalid', `troubles must be at most ${TROUBLES_MAX} texts`);
  return {
    version: textField(fields, 'version', 64),
    plane: choiceField(fields, 'plane', PLANES),
    mode: choiceField(fields, 'mode', CONNECTIVITY_MODES),
    phase: choiceField(fields, 'phase', PHASES),
    applied: Math.min(countField(fields, 'applied'), REVISION_MAX),
    drifted: countField(fields, 'drifted'),
    nodesReady: countField(fields, 'nodesReady'),
    nodes: countField(fields, 'nodes'),
    pods: countField(fields, 'pods'),
    troubles: troubles as string[],
  };
}

export function heartbeat({ sites, desired, clock }: HubParts, site: HubSite, fields: Fields): HeartbeatAnswer {
  sites.contact(site, heartbeatIn(fields));
  // The site has more than the hub remembers: the hub was restored from a backup, and goes on from there.
  if (site.applied > site.desired && site.desired > 0) desired.jumpPast(site, site.applied);
  return {
    hubTime: new Date(clock.now()).toISOString(),
    desired: site.desired,
    journal: site.streams ? Object.fromEntries(site.streams) : NO_POSITIONS,
    ...(site.requests.length > 0 && { requests: site.requests.map(({ id, kind }) => ({ id, kind })) }),
  };
}
