// The folder of a hub that knows all sites of the measurement, enrolled and heard of by the hub's own code.
import fs from 'node:fs';
import { type HubFile, hubFolders } from '#model/hub';
import { IDENTITY_LIFE_MS } from '#model/link';
import { systemClock as clock, rfc3339 } from '#platform/clock';
import { jsonLog } from '#platform/log';
import { openTables } from '#platform/sqlite';
import { newKeyPem, publicKeyPem } from '#platform/x509';
import { openHubPki } from '../../src/services/hub/pki.ts';
import { HUB_MIGRATIONS } from '../../src/services/hub/schema.ts';
import { Sites } from '../../src/services/hub/sites/sites.ts';
import { beatOf } from './beat.ts';
import type { Pattern } from './certificate-pattern.ts';
import { type IdentityFiles, identityIn, makeIdentities, readIdentities } from './identities.ts';
import { siteId, siteName } from './sites.ts';

export interface HubFolder {
  readonly data: string;
  readonly identities: IdentityFiles;
}

/** Port 0: any that is free, another one at each start. */
export const hubFile = (): HubFile => ({
  formatVersion: 1,
  id: 'bench',
  addresses: ['127.0.0.1'],
  port: 0,
  createdAt: rfc3339(clock.now()),
});

const TOGETHER = 5_000;

async function patternOf(pkiFolder: string): Promise<Pattern> {
  const nowMs = clock.now();
  const pki = await openHubPki({ folder: pkiFolder, hub: hubFile(), nowMs });
  const key = publicKeyPem(newKeyPem());
  const { certPem } = await pki.issueSite({ id: siteId(0), name: siteName(0), publicKeyPem: key, nowMs });
  return { certPem, authorityKeyPem: fs.readFileSync(`${pkiFolder}/sites/ca.key`, 'utf8') };
}

/** `folder` must be empty. */
export async function makeHubFolder(folder: string, count: number): Promise<HubFolder> {
  const folders = hubFolders(`${folder}/hub`);
  const identities = await makeIdentities(await patternOf(folders.pki), folder, count);
  const keys: string[] = [];
  await readIdentities(identities, (_, line) => keys.push(identityIn(line).key));
  const tables = await openTables({ file: folders.database, migrations: HUB_MIGRATIONS });
  try {
    const sites = await Sites.open({ tables, clock, log: jsonLog({ component: 'seed' }) });
    const identityEndMs = clock.now() + IDENTITY_LIFE_MS;
    for (let first = 0; first < count; first += TOGETHER) {
      const some = keys.slice(first, first + TOGETHER);
      const added = await Promise.all(
        some.map((key, i) => sites.add({ id: siteId(first + i), name: siteName(first + i), key, identityEndMs })),
      );
      for (const site of added) sites.contact(site, beatOf());
      await sites.flush();
    }
  } finally {
    await tables.close();
  }
  return { data: folders.data, identities };
}
