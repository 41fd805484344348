// The app `services`: the site's services that are no part of a cluster; for now its registry.
import { systemClock as clock } from '#platform/clock';
import { openPki } from '#services/infrastructure';
import { startRegistry } from '#services/registry';
import { ensureRegistryAccount, registryHosts } from './registry-account.ts';
import { appStart, stopOnSignal } from './site-files.ts';

const { site, folders, log, ready } = appStart('services');
const pki = openPki(folders.pki);
const names = new Set(registryHosts(site));
const registry = await startRegistry({
  folder: folders.content,
  listen: [{ host: site.network.doorAddress, port: site.ports.registry }],
  tls: pki.leaf('front-doors'),
  accounts: [{ ...ensureRegistryAccount(folders), may: 'push' }],
  realm: site.name,
  ownNames: () => names,
  outside: () => ({}),
  clock,
  log,
});
ready();
stopOnSignal(log, () => registry.stop());
