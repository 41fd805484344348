// The app `services`: the site's services that are no part of a cluster; for now its registry.
import { registryHosts } from '#model/site';
import { systemClock as clock } from '#platform/clock';
import { serveLines } from '#platform/socket';
import { openPki } from '#services/infrastructure';
import { startRegistry } from '#services/registry';
import { openEventLog } from '#services/supervisor';
import { ensureRegistryAccounts } from './registry-accounts.ts';
import { control } from './services/control.ts';
import { appStart, stopOnSignal } from './site-files.ts';

const { site, folders, log, ready } = appStart('services');
const pki = openPki(folders.pki);
const names = new Set(registryHosts(site));
const { people, node } = ensureRegistryAccounts(folders);
const events = openEventLog({ file: folders.eventsFile, clock, log });
const registry = await startRegistry({
  folder: folders.content,
  listen: [{ host: site.network.doorAddress, port: site.ports.registry }],
  tls: pki.leaf('front-doors'),
  accounts: [
    { ...people, may: 'push' },
    { ...node, may: 'pull' },
  ],
  realm: site.name,
  ownNames: () => names,
  outside: () => ({}),
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
const server = await serveLines(folders.servicesSocket, (line) => control(registry, line));
ready();
stopOnSignal(log, async () => {
  await Promise.all([server.close(), registry.stop()]);
});
