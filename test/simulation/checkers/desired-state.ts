// What the hub wants is done once and no more: nothing is written that is there already, nothing on the local plane, no job runs a second
// time, and what somebody changed on the local plane is overwritten only when the hub's operator chose so. At the end the site is
// as its hub wants it, and what is the site's own is untouched.
import type { ObjectReference } from '#model/link';
import { referenceOf } from '../../../src/services/desired-state/object.ts';
import { liveOf, OWN } from '../desired.ts';
import type { Life } from '../run.ts';
import { settingOf } from '../wishes.ts';
import type { Checker } from './checkers.ts';

export function desiredState({ shared, site, hub }: Life): Checker {
  const ran = new Set<ObjectReference>();
  /** What was set on the local plane, '' for deleted, and the revision of the last choice that the site knew of then. */
  const local = new Map<ObjectReference, { readonly value: string; readonly knownIn: number }>();
  const choiceFor = (object: ObjectReference) => site.desired()?.resolutions.find((one) => one.object === object);

  /** What differs already goes on to do so: a choice that was made for it since counts for whatever it is changed to. */
  const changed = ({ object, value, plane }: { object: string; value: string; plane: string }): void => {
    const before = local.get(object);
    if (plane === 'hub' && (!before || value === '')) {
      local.delete(object);
      return;
    }
    local.set(object, { value, knownIn: before?.knownIn ?? choiceFor(object)?.revision ?? 0 });
  };

  /** `value`: what is there before. */
  const overwritten = (object: ObjectReference, value: string): string | undefined => {
    const mine = local.get(object);
    if (mine?.value !== value) return undefined;
    const choice = choiceFor(object);
    local.delete(object);
    const isChosen = choice?.keep === 'hub' && (choice.revision ?? 0) > mine.knownIn;
    return isChosen ? undefined : `${object} was changed here to "${value}", and nobody chose since to undo that`;
  };

  /** What was deleted here, and is not wanted any more, is as both want it. */
  const forgetUnwanted = (): void => {
    if (local.size === 0) return;
    const wanted = new Set(site.desired()?.manifests.map(referenceOf));
    for (const [object, { value }] of local) if (value === '' && !wanted.has(object)) local.delete(object);
  };

  return {
    name: 'desired-state',
    saw(observation) {
      switch (observation.kind) {
        case 'changed-here':
          changed(observation);
          return undefined;
        case 'ran': {
          if (ran.has(observation.object)) return `${observation.object} ran a second time`;
          ran.add(observation.object);
          return undefined;
        }
        case 'applying': {
          const { object, plane, before } = observation;
          if (plane === 'local') return `${object} was written while the plane is local`;
          if (before?.isSame) return `${object} was written again, and was right`;
          return overwritten(object, before?.value ?? '');
        }
        case 'taken-away':
          if (observation.plane === 'local') return `${observation.object} was taken away while the plane is local`;
          return observation.value === undefined ? undefined : overwritten(observation.object, observation.value);
        case 'step':
          forgetUnwanted();
          return undefined;
        default:
          return undefined;
      }
    },
    end() {
      const live = liveOf(shared);
      if (live[OWN]?.uid !== 'own' || settingOf(live[OWN].manifest) !== 'own')
        return "the site's own object is not as it was";
      if (!site.identity || hub.wishes.revision === 0) return undefined;
      const { manifests, revision } = hub.wishes.state();
      const applied = site.view()?.applied();
      if (applied !== revision) return `revision ${revision} is wanted, and ${applied} applied`;
      for (const manifest of manifests) {
        if (manifest.kind === 'Job') continue;
        const found = live[referenceOf(manifest)];
        const value = found && settingOf(found.manifest);
        if (value !== settingOf(manifest))
          return `${referenceOf(manifest)} is ${value}, and ${settingOf(manifest)} is wanted`;
      }
      return undefined;
    },
  };
}
