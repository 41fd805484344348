// Puts a site's systemd unit in place and takes it away; the site itself is left alone.
import { WorldError } from '#base';
import type { Site } from '#model/site';
import { isPresent, removeTree, writeFileAtomic } from '#platform/disk';
import { isRoot, isSystemdMachine, run, runOrThrow } from '#platform/process';
import { openSite } from './site-file.ts';
import { isSupervised } from './supervisor-call.ts';
import { unitFile, unitName, unitText } from './unit-text.ts';

const systemctl = (...args: string[]): Promise<string> => runOrThrow('systemctl', args);

function checkSystemd(): void {
  if (!isSystemdMachine())
    throw new WorldError('Unsupported', 'systemd does not run this machine, so no unit can bring the site up with it', {
      cure: "have this machine's own init run `holdfast up` at boot",
    });
  if (!isRoot())
    throw new WorldError('Denied', 'only root can install or remove a unit', { cure: 'run this with sudo' });
}

/** Writes and enables the unit for the site in `data`. When the site runs, the unit counts as started, so that systemd stops
 * the site with the machine. Errors: WorldError `Unsupported` without systemd, `Denied`, `NotFound`, `Invalid`. */
export async function installUnit(of: { data: string; command: string }): Promise<{ name: string; file: string }> {
  const { site, folders } = openSite(of.data);
  checkSystemd();
  const name = unitName(site);
  const file = unitFile(site);
  writeFileAtomic(file, unitText({ site, command: of.command, data: folders.data }), { mode: 0o644 });
  await systemctl('daemon-reload');
  await systemctl('enable', name);
  if (await isSupervised(folders)) await systemctl('start', name);
  return { name, file };
}

/** Disables and removes the unit of the site in `data`; the site itself is left alone. False when there was none.
 * Errors: WorldError `Unsupported` without systemd, `Denied`, `NotFound`. */
export async function uninstallUnit(of: { data: string }): Promise<boolean> {
  const { site } = openSite(of.data);
  checkSystemd();
  return removeUnit(site);
}

/** False when the site has no unit. */
export async function removeUnit(site: Site): Promise<boolean> {
  const file = unitFile(site);
  if (!isPresent(file)) return false;
  await systemctl('disable', unitName(site));
  removeTree(file);
  if (!isSystemdMachine()) return true;
  await systemctl('daemon-reload');
  // Without its file the unit no longer knows how to stop the site: what ends here is that systemd counts it as started. The
  // processes of a site without containers may stand in the unit's group, and would be ended with it.
  if (site.runtime === 'containerd') await run('systemctl', ['stop', unitName(site)]);
  return true;
}
