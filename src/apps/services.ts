// The app `services`: the site's services that are no part of a cluster: its registry, its link to a hub, and what the hub wants of it.
import { connectivitySettings } from '#engine/connectivity';
import { ensureRegistryAccounts } from '#host';
import { registryContent, registryHosts, settingNow } from '#model/site';
import { serveLines } from '#platform/socket';
import { followPki, type Pki } from '#services/infrastructure';
import { ConnectivityKeeper } from '#services/link';
import { startRegistry } from '#services/registry';
import { auditedAnswers } from './audited-answers.ts';
import { control } from './services/control.ts';
import { replicatedVolumesShow } from './services/replicated-volumes.ts';
import { siteClient } from './services/site-client.ts';
import { settingsKeeper } from './services/site-settings.ts';
import { journalOfSite } from './services/start-delivery.ts';
import { desiredOfSite } from './services/start-desired.ts';
import { linkOfSite } from './services/start-link.ts';
import { watchHoldfastd } from './services/watch-holdfastd.ts';
import { appStart, stopOnSignal } from './site-files.ts';
import { openSiteJournal } from './site-journal.ts';

const { site, folders, clock, log, ready } = appStart('services');
const certificates = followPki({ folder: folders.pki, clock, log });
const doorTls = (pki: Pki) => pki.leaf('doors');
const usedByDoors = doorTls(certificates.pki);
const names = new Set(registryHosts(site));
const { people, node } = ensureRegistryAccounts(folders);
const { journal, events, audit } = openSiteJournal({ folders, process: 'services', clock, log });
const settings = settingsKeeper({ file: folders.settingsFile, event: (event) => events.add(event) });
if (site.pair) await replicatedVolumesShow(folders, { clock, log });
const registry = await startRegistry({
  folder: registryContent(site, folders),
  listen: [{ host: site.network.doorAddress, port: site.ports.registry }],
  tls: usedByDoors,
  accounts: [
    { ...people, may: 'push' },
    { ...node, may: 'pull' },
  ],
  realm: site.name,
  ownNames: () => names,
  outside: () => settingNow(settings.current(), 'outsideRegistries'),
  damaged: (repository) =>
    events.add({
      type: 'Warning',
      subject: 'registry',
      reason: 'CatalogueDamaged',
      message: `what is known of the images of ${repository} was damaged and set aside; import or push them again`,
    }),
  clock,
  log,
});
certificates.follow(doorTls, usedByDoors, (tls) => registry.setCredentials(tls));
const client = siteClient({ site, certificates, clock, log });
const connectivity = new ConnectivityKeeper({
  file: folders.connectivityFile,
  clock,
  settings: () => connectivitySettings(settings.current()),
});
const { desired, planes } = desiredOfSite({ site, folders, settings, client, connectivity, clock, log, events });
// Where the site stands decides whose changes win.
connectivity.onChange(() => {
  desired.look().catch((error) => log.warn('the desired state could not be looked at', { error }));
});
const carried = journalOfSite({ folders, journal, clock, log });
const of = { site, folders, certificates, client, connectivity, settings };
const link = linkOfSite({ ...of, desired, ...carried, clock, log, events });
settings.onChange(() => link.settingsChanged());
const server = await serveLines(folders.servicesSocket, (line) =>
  auditedAnswers(audit, line, control({ registry, planes, settings, link }, line)),
);
const liveness = await ready();
const watch = watchHoldfastd({ folders, clock, events });
stopOnSignal(log, async () => {
  watch.close();
  certificates.close();
  await Promise.all([liveness.close(), server.close(), link.stop(), desired.stop(), registry.stop()]);
  client.close();
  carried.delivery.close();
  await journal.close();
});
