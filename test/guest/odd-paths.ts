// Does systemd read from a unit the very paths that were meant, however odd?
import { unitText } from '../../src/host/unit-text.ts';
import type { Checks } from './checks.ts';
import type { Guest } from './guest.ts';

const FOLDER = '/tmp/100% $HOME ;&';
const UNIT = 'odd-paths.service';

/** Stands in for `holdfast`, and keeps what it was given. */
const COMMAND = `#!/bin/sh
printf '%s\\n' "$0" "$@" > /tmp/odd-paths.given
`;

export async function checkOddPaths(guest: Guest, checks: Checks): Promise<void> {
  const command = `${FOLDER}/holdfast`;
  const data = `${FOLDER}/a site`;
  const base64 = (text: string): string => `echo ${Buffer.from(text).toString('base64')} | base64 -d`;
  const unit = unitText({ site: { name: 'odd' }, command, data });
  const file = `/run/systemd/system/${UNIT}`;
  await guest.ask(`mkdir -p '${data}' && touch '${data}/site.json'
    ${base64(COMMAND)} > '${command}' && chmod 755 '${command}'
    ${base64(unit)} > ${file} && systemctl daemon-reload && systemctl start ${UNIT}`);
  const given = await guest.ask('cat /tmp/odd-paths.given');
  checks.equal('systemd reads odd paths as they are', given.split('\n'), [command, 'up', '--data', data]);
  await guest.ask(`rm '${data}/site.json' && systemctl stop ${UNIT} && rm /tmp/odd-paths.given`);
  await guest.ask(`systemctl start ${UNIT}`);
  const started = await guest.run('test -e /tmp/odd-paths.given');
  checks.equal('a unit whose site is gone does nothing', started.code, 1);
  await guest.ask(`rm -r '${FOLDER}' ${file} && systemctl daemon-reload`);
}
