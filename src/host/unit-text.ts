// The text of the systemd unit of a site. `up` and `down` do the work, and end: the site's processes stand in control groups of
// their own, outside of the unit's, so what happens to the unit's group never reaches them. The usual way of systemd to end what
// is left in a unit's group (KillMode=control-group) is therefore right: it ends an `up` or `down` that takes too long, and on a
// site without containers, which makes no groups, what `down` could not end.
// Source: systemd.unit(5), systemd.service(5), systemd.exec(5), systemd.syntax(7).
import { WorldError } from '#base';
import type { Site } from '#model/site';
import { UNIT_FOLDER, UNIT_START_MAX_S, UNIT_STOP_MAX_S } from './limits.ts';

/** Name of the unit; every site of a machine has one of its own. */
export const unitName = (site: Pick<Site, 'id'>): string => `holdfast-${site.id}.service`;

export const unitFile = (site: Pick<Site, 'id'>): string => `${UNIT_FOLDER}/${unitName(site)}`;

/** A path as a unit writes it: "%" begins what systemd fills in.
 * Errors: WorldError `Invalid` when it holds what no unit can name. */
function unitPath(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused.
  if (/["'\\\x00-\x1f\x7f]/.test(path))
    throw new WorldError('Invalid', `no unit can name ${JSON.stringify(path)}`, {
      subject: path,
      cure: 'choose a folder without quotation marks, backslashes and control characters',
    });
  return path.replaceAll('%', '%%');
}

/** Exit code 3 (not ready in time) counts as started: the site goes on starting, and is to be stopped with its machine. */
export function unitText(of: { site: Pick<Site, 'name'>; command: string; data: string }): string {
  const command = unitPath(of.command);
  const data = unitPath(of.data);
  // ":" keeps "$" from being filled in.
  const line = (verb: string): string => `":${command}" ${verb} --data "${data}"`;
  return [
    '[Unit]',
    `Description=Holdfast site ${of.site.name}`,
    'After=network.target',
    `RequiresMountsFor="${command}" "${data}"`,
    // A machine that starts brings back the site that it had; it never makes one.
    `ConditionPathExists=${data}/site.json`,
    // There is nobody to start it again by hand.
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=oneshot',
    'RemainAfterExit=yes',
    `ExecStart=${line('up')}`,
    `ExecStop=${line('down')}`,
    'SuccessExitStatus=3',
    'Restart=on-failure',
    'RestartSec=30',
    `TimeoutStartSec=${UNIT_START_MAX_S}`,
    `TimeoutStopSec=${UNIT_STOP_MAX_S}`,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}
