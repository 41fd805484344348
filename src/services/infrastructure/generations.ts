// The generations of each authority on disk: a key with the certificate that it signed for itself, whole in one file, and the
// certificates that one generation has of another. All are made once and stay as they are, so whatever is derived from them
// comes out the same each time.
import { present } from '#base';
import { authorityEndMs, FOREVER_AGO_MS, type Line } from '#engine/certificates';
import { listFolder, readTextIfPresent, removeTree, writeFileAtomic } from '#platform/disk';
import { issueCertificate, newKeyPem, readCertificate } from '#platform/x509';
import { certificatePem, privateKeyPem } from './pem.ts';

export interface Generation {
  readonly keyPem: string;
  /** Signed by itself; what trust stores hold. */
  readonly anchorPem: string;
}

export interface Generations {
  /** Errors: a bug when it was not made. */
  read(line: Line, number: number): Generation;
  ensure(line: Line, number: number): Promise<Generation>;
  /** The certificate that `by` has signed for a generation. */
  signed(of: { line: Line; number: number; by: Line; byNumber: number }): Promise<string>;
  /** The numbers of those that are there. */
  numbers(line: Line): number[];
  /** Forgets every generation but these, keys and all. */
  keepOnly(line: Line, numbers: readonly number[]): void;
}

const GENERATION = /^(\d+)\.pem$/;
const CROSS = /^(\d+)-by-([a-z-]+)-(\d+)\.crt$/;

export function openGenerations(of: { folder: string; siteName: string; now: number }): Generations {
  const { folder, siteName, now } = of;
  const fileOf = (line: Line, number: number): string => `${folder}/${line}/${number}.pem`;
  const subject = (line: Line, number: number): string => `${siteName} ${line}${number === 1 ? '' : ` ${number}`}`;
  const readIfThere = (line: Line, number: number): Generation | undefined => {
    const pem = readTextIfPresent(fileOf(line, number));
    return pem === undefined ? undefined : { keyPem: privateKeyPem(pem), anchorPem: certificatePem(pem) };
  };
  const read = (line: Line, number: number): Generation =>
    present(readIfThere(line, number), `generation ${number} of ${line} was made before it is used`);
  const authority = { use: 'authority' as const, notBeforeMs: FOREVER_AGO_MS };
  return {
    read,
    async ensure(line, number) {
      const there = readIfThere(line, number);
      if (there) return there;
      const keyPem = newKeyPem();
      const notAfterMs = authorityEndMs(now);
      const anchorPem = await issueCertificate({ ...authority, notAfterMs, commonName: subject(line, number), keyPem });
      writeFileAtomic(fileOf(line, number), `${keyPem}${anchorPem}`);
      return { keyPem, anchorPem };
    },
    async signed({ line, number, by, byNumber }) {
      const file = `${folder}/${line}/${number}-by-${by}-${byNumber}.crt`;
      const there = readTextIfPresent(file);
      if (there !== undefined) return there;
      const own = read(line, number);
      const issuer = read(by, byNumber);
      const ends = [own.anchorPem, issuer.anchorPem].map((pem) => readCertificate(pem).notAfterMs);
      const pem = await issueCertificate({
        ...authority,
        notAfterMs: Math.min(...ends),
        commonName: subject(line, number),
        keyPem: own.keyPem,
        issuer: { certPem: issuer.anchorPem, keyPem: issuer.keyPem },
      });
      writeFileAtomic(file, pem);
      return pem;
    },
    numbers: (line) =>
      listFolder(`${folder}/${line}`)
        .flatMap((name) => GENERATION.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b),
    keepOnly(line, numbers) {
      const gone = (number: string | undefined): boolean => !numbers.includes(Number(number));
      for (const name of listFolder(`${folder}/${line}`)) {
        const cross = CROSS.exec(name);
        const own = GENERATION.exec(name) ?? cross;
        if (own && (gone(own[1]) || (cross?.[2] === line && gone(cross[3])))) removeTree(`${folder}/${line}/${name}`);
      }
    },
  };
}
