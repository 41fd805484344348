// Brings the authorities' files to what the rollovers say: which generations there are, what is trusted, what servers send along.
// While a previous generation is trusted, it vouches for the current one in the chain that servers send, so whoever still trusts
// only the previous one gets through: a kubeconfig on a laptop, a pod that has not read its volume again.
//
//   chain of an authority   [current by previous,] bottom by root's current [, root's current by root's previous]
//   (bottom: the oldest generation that is trusted and has signed)
import { AUTHORITIES, type Authority, LINES, type Line, type Rollover, trustedGenerations } from '#engine/certificates';
import { readTextIfPresent, writeFileAtomic } from '#platform/disk';
import { publicKeyPem } from '#platform/x509';
import type { Generations } from './generations.ts';
import type { Rollovers } from './rollovers.ts';

export interface AuthorityFiles {
  readonly folder: string;
  readonly generations: Generations;
  readonly rollovers: Rollovers;
}

/** Answers whether any file had to be changed. */
export async function ensureAuthorities(of: AuthorityFiles): Promise<boolean> {
  const { folder, generations, rollovers } = of;
  await Promise.all(
    LINES.flatMap((line) => trustedGenerations(rollovers[line]).map((number) => generations.ensure(line, number))),
  );
  const bundle = (line: Line): string =>
    trustedGenerations(rollovers[line])
      .map((number) => generations.read(line, number).anchorPem)
      .join('');
  const chains = await Promise.all(AUTHORITIES.map(async (name) => [name, await chainOf(of, name)] as const));
  const changes = [
    ...AUTHORITIES.map((name) => writeUnlessSame(`${folder}/${name}/anchor.crt`, bundle(name))),
    ...chains.map(([name, chain]) => writeUnlessSame(`${folder}/${name}/ca.crt`, chain)),
    writeUnlessSame(`${folder}/root.crt`, bundle('root')),
    writeUnlessSame(`${folder}/service-accounts.pem`, accountKeys(of)),
  ];
  for (const line of LINES) generations.keepOnly(line, trustedGenerations(rollovers[line]));
  return changes.includes(true);
}

const previousOf = (rollover: Rollover): number | undefined => ('previous' in rollover ? rollover.previous : undefined);

async function chainOf({ generations, rollovers }: AuthorityFiles, line: Authority): Promise<string> {
  const { current } = rollovers[line];
  const previous = previousOf(rollovers[line]);
  const root = rollovers.root;
  const oldRoot = previousOf(root);
  const links = [
    ...(previous === undefined ? [] : [{ line, number: current, by: line, byNumber: previous }]),
    { line, number: previous ?? current, by: 'root' as const, byNumber: root.current },
    ...(oldRoot === undefined
      ? []
      : [{ line: 'root' as const, number: root.current, by: 'root' as const, byNumber: oldRoot }]),
  ];
  return (await Promise.all(links.map((link) => generations.signed(link)))).join('');
}

/** The key that signs tokens, and the public keys of all that are believed. */
function accountKeys({ generations, rollovers }: AuthorityFiles): string {
  const line = 'service-accounts';
  const keys = trustedGenerations(rollovers[line]).map((number) => generations.read(line, number).keyPem);
  const signing = generations.read(line, rollovers[line].current).keyPem;
  return [signing, ...keys.map(publicKeyPem)].join('');
}

export function writeUnlessSame(file: string, text: string): boolean {
  if (readTextIfPresent(file) === text) return false;
  writeFileAtomic(file, text);
  return true;
}
