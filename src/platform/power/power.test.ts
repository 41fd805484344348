// What programs are given and what is read from them. test/integration/power asks real programs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { powerCommand, powerStateIn } from './commands.plan.ts';
import { fakePower, type IpmiController, type RedfishController } from './index.ts';

const REDFISH: RedfishController = {
  kind: 'redfish',
  address: '10.9.0.1',
  user: 'admin',
  password: ' "p=w# ',
  certificate: { file: '/x/bmc.pem' },
};
const IPMI: IpmiController = { kind: 'ipmi', address: '10.9.0.1', user: 'admin', password: 'secret' };

test('an agent is told by standard input, with nothing as an argument', () => {
  assert.deepEqual(powerCommand(REDFISH, 'off', 1500), {
    program: 'fence_redfish',
    from: 'fence-agents',
    args: [],
    env: { REQUESTS_CA_BUNDLE: '/x/bmc.pem' },
    input: 'action="off"\nip="10.9.0.1"\nipport="443"\nusername="admin"\npassword=" "p=w# "\npower_timeout="2"\n',
  });
  const other = { ...REDFISH, port: 8443, system: '/redfish/v1/Systems/2', certificate: 'unverified' } as const;
  const { env, input } = powerCommand(other, 'status', 20_000);
  assert.deepEqual(env, {});
  assert.match(
    input,
    /^action="status"\n.*ipport="8443"\n.*systems_uri="\/redfish\/v1\/Systems\/2"\nssl_insecure="1"\n/s,
  );
});

test('ipmitool has the password from its environment', () => {
  assert.deepEqual(powerCommand(IPMI, 'off', 1500), {
    program: 'ipmitool',
    from: 'ipmitool',
    args: '-I lanplus -H 10.9.0.1 -p 623 -U admin -E -N 2 -R 2 chassis power off'.split(' '),
    env: { IPMI_PASSWORD: 'secret' },
    input: '',
  });
  const { args } = powerCommand({ ...IPMI, port: 624, cipher: 17 }, 'status', 1500);
  assert.equal(args.join(' '), '-I lanplus -H 10.9.0.1 -p 624 -U admin -E -N 2 -R 2 -C 17 chassis power status');
});

test('what would be another option is refused', () => {
  for (const controller of [
    { ...REDFISH, password: 'a\naction=on' },
    { ...IPMI, user: 'a\r' },
  ])
    assert.throws(() => powerCommand(controller, 'off', 1500), { code: 'Invalid' });
});

test('only what says so is on or off', () => {
  assert.equal(powerStateIn('redfish', 'Status: OFF\n\n'), 'off');
  assert.equal(powerStateIn('redfish', 'warned\nStatus: ON\n'), 'on');
  assert.equal(powerStateIn('ipmi', 'Chassis Power is off\n'), 'off');
  for (const printed of ['', 'Status: OFFLINE', 'Chassis Power is off', 'no Status: OFF'])
    assert.equal(powerStateIn('redfish', printed), undefined, printed);
});

test('the fake is off once it was cut, and out of reach when told', async () => {
  const power = fakePower();
  assert.equal(await power.state(), 'on');
  await power.cut();
  assert.equal(await power.state(), 'off');
  power.reachable = false;
  await assert.rejects(power.state(), { code: 'Unavailable' });
});
