// The drill `certificate-expiry`: how every certificate will stand at its end, and all of them issued anew under load.
import { certificateStanding, type Finding, requestsFinding } from '#engine/drill';
import { type ListedCertificate, registryHosts } from '#model/site';
import { readTextIfPresent } from '#platform/disk';
import { type ServedCertificate, servedCertificate } from '#platform/tls';
import { askAccess } from '../access.ts';
import { askOn } from './ask-on.ts';
import { certificatesOf, issuedSince } from './certificates.ts';
import type { Drilling } from './drilling.ts';
import { adminFacts, nodesReady, openKubernetes } from './kubernetes-door.ts';
import { ASK_AROUND_MS } from './limits.ts';

interface Doors {
  readonly api: ServedCertificate;
  readonly registry: ServedCertificate;
}

/** What the doors show now. */
async function doorsShow({ site, folders, clock }: Drilling): Promise<Doors> {
  const { server, caPem } = adminFacts(folders);
  const { hostname, port } = new URL(server);
  const now = () => clock.now();
  const [host = '', registryPort] = (registryHosts(site)[0] ?? '').split(':');
  const registryTls = { caPem: readTextIfPresent(folders.doorsAnchor) ?? '' };
  const [api, registry] = await Promise.all([
    servedCertificate({ host: hostname, port: Number(port), tls: { caPem }, now }),
    servedCertificate({ host, port: Number(registryPort), tls: registryTls, now }),
  ]);
  return { api, registry };
}

function standings(all: readonly ListedCertificate[], now: number): Finding[] {
  const found = all.map((certificate) => certificateStanding(certificate, { all, now }));
  const bad = found.filter(({ holds }) => !holds);
  if (bad.length > 0) return bad;
  return [{ holds: found.length > 0, what: `each of ${found.length} certificates has a successor before it ends` }];
}

/** Leaves of the site itself: neither authorities nor people's. */
const isLeaf = ({ holder, name }: ListedCertificate): boolean => holder !== 'site' && !name.startsWith('user/');

async function renewAll({ folders }: Drilling, before: readonly ListedCertificate[]): Promise<Finding> {
  await askAccess(folders, { verb: 'certificate-renew', hurry: false, finish: false }, 'renewed');
  const issued = new Set(issuedSince(before, await certificatesOf(folders)));
  const old = before.filter((certificate) => isLeaf(certificate) && !issued.has(certificate.name));
  if (old.length > 0) return { holds: false, what: `not issued anew: ${old.map(({ name }) => name).join(', ')}` };
  return { holds: issued.size > 0, what: `${issued.size} certificates are issued anew` };
}

function shownAnew(before: Doors, now: Doors): Finding {
  const stale = (['api', 'registry'] as const).filter(
    (door) =>
      now[door].fingerprint === before[door].fingerprint || now[door].serialNumber === before[door].serialNumber,
  );
  if (stale.length > 0) return { holds: false, what: `still the certificate from before: ${stale.join(', ')}` };
  return { holds: true, what: 'API and registry show their new certificates, with new serial numbers' };
}

export async function certificateExpiry(drilling: Drilling): Promise<void> {
  const { folders, clock, book } = drilling;
  const before = await certificatesOf(folders);
  for (const finding of standings(before, clock.now())) await book.step(async () => finding);
  const shownBefore = await doorsShow(drilling);
  const asking = askOn(drilling);
  try {
    await clock.sleep(ASK_AROUND_MS);
    const began = clock.monotonicMs();
    await book.step(() => renewAll(drilling, before));
    book.figure('renewal', clock.monotonicMs() - began);
    await book.seen(async () => shownAnew(shownBefore, await doorsShow(drilling)), { figure: 'shownAnew' });
    await clock.sleep(ASK_AROUND_MS);
  } finally {
    const asked = await asking.stop();
    await book.step(async () => requestsFinding(asked));
    book.figure('slowestRequest', asked.slowestMs);
  }
  const door = openKubernetes(drilling);
  await book.seen(() => nodesReady(door));
  door.close();
}
