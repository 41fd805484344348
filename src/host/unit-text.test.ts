// The systemd unit, word for word, and the paths that it can and cannot name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unitFile, unitText } from './unit-text.ts';

const site = { id: 'ab12cd', name: 'ship-1' };

test('a unit brings one site up with its machine and stops it with it', () => {
  assert.equal(unitFile(site), '/etc/systemd/system/holdfast-ab12cd.service');
  assert.equal(
    unitText({ site, command: '/opt/holdfast/holdfast', data: '/var/lib/holdfast' }),
    `[Unit]
Description=Holdfast site ship-1
After=network.target
RequiresMountsFor="/opt/holdfast/holdfast" "/var/lib/holdfast"
ConditionPathExists=/var/lib/holdfast/site.json
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=":/opt/holdfast/holdfast" up --data "/var/lib/holdfast"
ExecStop=":/opt/holdfast/holdfast" down --data "/var/lib/holdfast"
SuccessExitStatus=3
Restart=on-failure
RestartSec=30
TimeoutStartSec=300
TimeoutStopSec=120

[Install]
WantedBy=multi-user.target
`,
  );
});

test('blanks, "$" and "%" of paths reach the command as they are', () => {
  const lines = unitText({ site, command: '/opt/100% hold/holdfast', data: '/srv/a $b' }).split('\n');
  const line = (name: string): string | undefined => lines.find((text) => text.startsWith(`${name}=`));
  assert.equal(line('ExecStart'), 'ExecStart=":/opt/100%% hold/holdfast" up --data "/srv/a $b"');
  assert.equal(line('RequiresMountsFor'), 'RequiresMountsFor="/opt/100%% hold/holdfast" "/srv/a $b"');
  assert.equal(line('ConditionPathExists'), 'ConditionPathExists=/srv/a $b/site.json');
});

for (const path of ['/srv/a"b', '/srv/a\\b', "/srv/a'b", '/srv/a\nb'])
  test(`no unit is made for ${JSON.stringify(path)}`, () =>
    assert.throws(() => unitText({ site, command: '/opt/holdfast', data: path }), { code: 'Invalid' }));
