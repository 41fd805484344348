// Choice of a switch's subnet.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cidrParse, present } from '#base';
import { addressRangeParse, planNetwork } from './addresses.ts';

const taken = (...ranges: string[]) =>
  ranges.map((range) => ({ range: present(cidrParse(range), 'a valid range'), by: 'route of eth0' }));

test('the first free subnet is chosen', () => {
  const choice = planNetwork(taken('10.50.0.0/24', '10.50.1.128/25', '192.0.2.0/24'));
  assert.deepEqual(choice.kind === 'chosen' && choice.network, {
    subnet: '10.50.2.0/24',
    gateway: '10.50.2.1',
    doorAddress: '10.50.2.9',
    apiAddress: '10.50.2.10',
    serviceIps: { first: '10.50.2.200', last: '10.50.2.239' },
  });
});

test('when a large route covers them all, none is chosen', () => {
  assert.equal(planNetwork(taken('10.0.0.0/8')).kind, 'refused');
});

test('wanted service addresses decide the subnet', () => {
  const choice = planNetwork([], { serviceIps: { first: '10.77.3.100', last: '10.77.3.120' } });
  assert.equal(choice.kind === 'chosen' && choice.network.subnet, '10.77.3.0/24');
  assert.equal(choice.kind === 'chosen' && choice.network.serviceIps.last, '10.77.3.120');
});

test('wanted service addresses are refused with the reason', () => {
  const reason = (first: string, last: string) => {
    const choice = planNetwork(taken('10.77.0.0/16'), { serviceIps: { first, last } });
    return choice.kind === 'refused' ? choice.reason : '';
  };
  assert.match(reason('10.77.3.100', '10.77.3.120'), /10\.77\.3\.0\/24 is in use \(route of eth0, 10\.77\.0\.0\/16\)/);
  assert.match(reason('10.78.3.100', '10.78.4.120'), /not inside one \/24/);
  assert.match(reason('10.78.3.5', '10.78.3.120'), /between \.64 and \.254/);
});

test('ranges of addresses', () => {
  assert.deepEqual(addressRangeParse('10.0.0.1-10.0.0.9'), { first: '10.0.0.1', last: '10.0.0.9' });
  assert.deepEqual(addressRangeParse('10.0.0.1'), { first: '10.0.0.1', last: '10.0.0.1' });
  for (const wrong of ['', '10.0.0.9-10.0.0.1', '10.0.0.1-', 'a-b', '10.0.0.1-10.0.0.2-10.0.0.3'])
    assert.equal(addressRangeParse(wrong), undefined, wrong);
});
