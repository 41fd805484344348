// The systemd unit with which a site comes up with its machine. Source: systemd.service(5).
import { WorldError } from '#base';
import { isPresent, removeTree, writeFileAtomic } from '#platform/disk';
import { isRoot, isSystemdMachine, runOrThrow } from '#platform/process';
import { UNIT_FILE } from './limits.ts';
import { openSite } from './site-file.ts';

function unitText(command: string, data: string): string {
  return [
    '[Unit]',
    'Description=Holdfast site',
    'After=network.target',
    '',
    '[Service]',
    'Type=oneshot',
    'RemainAfterExit=yes',
    // Processes look after each other, and outlive a restart of their keeper.
    'KillMode=none',
    'Delegate=yes',
    `ExecStart=${command} up --data ${data}`,
    `ExecStop=${command} down --data ${data}`,
    'TimeoutStartSec=300',
    'TimeoutStopSec=120',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

function checkSystemd(): void {
  if (!isSystemdMachine())
    throw new WorldError('Unsupported', 'systemd does not run this machine, so no unit can bring the site up with it', {
      cure: "have this machine's own init run `holdfast up` at boot",
    });
  if (!isRoot()) throw new WorldError('Denied', 'only root can install a unit', { cure: 'run this with sudo' });
}

/** Writes and enables the unit for the site in `data`. Errors: WorldError `Unsupported` without systemd, `Denied`, `NotFound`. */
export async function installUnit(of: { data: string; command: string }): Promise<{ file: string }> {
  openSite(of.data);
  checkSystemd();
  writeFileAtomic(UNIT_FILE, unitText(of.command, of.data), { mode: 0o644 });
  await runOrThrow('systemctl', ['daemon-reload']);
  await runOrThrow('systemctl', ['enable', 'holdfast.service']);
  return { file: UNIT_FILE };
}

/** Disables and removes the unit; the site itself is left alone. False when there was none. */
export async function uninstallUnit(): Promise<boolean> {
  checkSystemd();
  if (!isPresent(UNIT_FILE)) return false;
  await runOrThrow('systemctl', ['disable', 'holdfast.service']);
  removeTree(UNIT_FILE);
  await runOrThrow('systemctl', ['daemon-reload']);
  return true;
}
