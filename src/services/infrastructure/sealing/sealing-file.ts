// The keys that seal, on disk: pki/sealing.json holds those of the site, pki/witness-key.json those that the nodes have in common with the
// witness. One file each, so that state and keys change at once. Key n is generation n.
import { WorldError } from '#base';
import { type SealingState, sealingGenerations } from '#engine/certificates';
import { rfc3339 } from '#platform/clock';
import { fileStamp, isPresent, readJsonIfPresent, writeFileAtomic } from '#platform/disk';
import { newSealSecret, type SealKey, type SealKeys } from '#platform/seal';

export const sealingFile = (pki: string): string => `${pki}/sealing.json`;
export const witnessKeyFile = (pki: string): string => `${pki}/witness-key.json`;

interface KeptKey {
  readonly id: number;
  /** 32 bytes in base64. */
  readonly secret: string;
  /** RFC 3339. */
  readonly madeAt: string;
}

export interface SealingFile {
  readonly version: 1;
  readonly state: SealingState;
  readonly keys: readonly KeptKey[];
}

/** Undefined when there is none. Errors: WorldError `Corrupt`. */
export function readSealing(file: string): SealingFile | undefined {
  const found = readJsonIfPresent<SealingFile>(file);
  if (!found) return undefined;
  const ids = Array.isArray(found.keys) ? found.keys.map(({ id }) => id) : [];
  if (found.version !== 1 || !sealingGenerations(found.state).every((id) => ids.includes(id)))
    throw new WorldError('Corrupt', `${file} does not hold the keys that it names`, {
      attempted: 'read the keys that seal',
      subject: file,
      cure: 'bring it back from the other node, or from a backup of the data folder',
    });
  return found;
}

/** Brings the keys to what a state says: those that are new are made, those that it does not name are forgotten. */
export function writeSealing(file: string, state: SealingState, now: number): SealingFile {
  const before = readSealing(file)?.keys ?? [];
  const made = (id: number): KeptKey => ({
    id,
    secret: Buffer.from(newSealSecret()).toString('base64'),
    madeAt: rfc3339(now),
  });
  const keys = sealingGenerations(state).map((id) => before.find((key) => key.id === id) ?? made(id));
  const written: SealingFile = { version: 1, state, keys };
  writeFileAtomic(file, `${JSON.stringify(written)}\n`);
  return written;
}

/** Makes the first key of each kind where there is none; answers whether it did. */
export function ensureSealing(pki: string, now: number): boolean {
  const missing = [sealingFile(pki), witnessKeyFile(pki)].filter((file) => !isPresent(file));
  for (const file of missing) writeSealing(file, { phase: 'steady', current: 1 }, now);
  return missing.length > 0;
}

const sealKey = ({ id, secret }: KeptKey): SealKey => ({ id, secret: Buffer.from(secret, 'base64') });

/** The keys of a file, the one that seals first; read again once it was written anew. Errors of each use: WorldError `NotFound`, `Corrupt`. */
export function sealKeysIn(file: string): () => SealKeys {
  let known: { readonly stamp: string; readonly keys: SealKeys } | undefined;
  return () => {
    const stamp = fileStamp(file);
    if (stamp !== undefined && known?.stamp === stamp) return known.keys;
    const found = readSealing(file);
    if (!found || stamp === undefined)
      throw new WorldError('NotFound', `${file} is not there`, {
        attempted: 'read the keys that seal',
        subject: file,
        cure: 'bring it back from the other node, or from a backup of the data folder',
      });
    const [first, ...more] = sealingGenerations(found.state).flatMap((id) =>
      found.keys.filter((key) => key.id === id).map(sealKey),
    );
    if (!first) throw new WorldError('Corrupt', `${file} holds no key`, { subject: file });
    known = { stamp, keys: [first, ...more] };
    return known.keys;
  };
}
