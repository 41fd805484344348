// What a name on the command line means among the certificates of a site.
import { WorldError } from '#base';
import { LINES, type Line, siteCertificates } from '#engine/certificates';
import type { Site } from '#model/site';
import { SEALING } from './sealing/renew-sealing.ts';

export type NamedCertificates =
  | { readonly kind: 'leaves'; readonly leaves: readonly string[] }
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'sealing' };

/** Without a name every leaf is meant. Errors: WorldError `NotFound`, `Invalid`. */
export function readNames(site: Site, name: string | undefined): NamedCertificates {
  const leaves = siteCertificates(site).map((spec) => spec.name);
  if (name === undefined) return { kind: 'leaves', leaves };
  if (leaves.includes(name)) return { kind: 'leaves', leaves: [name] };
  if (name === SEALING && site.pair) return { kind: 'sealing' };
  const line = LINES.find((known) => known === name);
  if (line) return { kind: 'line', line };
  if (name.startsWith('user/'))
    throw new WorldError('Invalid', "a person's certificate is not renewed: its key is with the person alone", {
      cure: `issue another one: holdfast kubeconfig --user ${name.slice('user/'.length)}`,
    });
  throw new WorldError('NotFound', `the site has no certificate ${name}`, {
    cure: `it has ${[...LINES, ...(site.pair ? [SEALING] : []), ...leaves].join(', ')}`,
  });
}
