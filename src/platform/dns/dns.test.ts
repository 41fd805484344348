// A server answers over UDP, and over TCP what does not fit; a silent one is told as such.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dnsAsk, dnsListen } from './index.ts';

test('questions and answers cross the wire, long ones by TCP', async () => {
  const many = Array.from({ length: 200 }, (_, i) => ({
    name: 'many.test',
    type: 'A',
    ttlSeconds: 5,
    data: `10.0.0.${i}`,
  }));
  const server = await dnsListen({
    host: '127.0.0.1',
    port: 0,
    handler: ({ name, type }) => {
      if (name === 'fails.test') throw new Error('no');
      return name === 'many.test' && type === 'A'
        ? { rcode: 'NOERROR', authoritative: true, answers: many }
        : { rcode: 'NXDOMAIN', authoritative: true, answers: [] };
    },
  });
  const at = { host: '127.0.0.1', port: server.port };
  try {
    const whole = await dnsAsk(at, { name: 'MANY.test', type: 'A' }, 5000);
    assert.equal(whole.answers.length, 200);
    assert.equal(whole.answers[199]?.data, '10.0.0.199');
    assert.equal((await dnsAsk(at, { name: 'none.test', type: 'A' }, 5000)).rcode, 'NXDOMAIN');
    assert.equal((await dnsAsk(at, { name: 'fails.test', type: 'A' }, 5000)).rcode, 'SERVFAIL');
    await assert.rejects(
      dnsListen({ ...at, handler: () => ({ rcode: 'REFUSED', authoritative: false, answers: [] }) }),
      { code: 'Conflict' },
    );
  } finally {
    await server.close();
  }
  await assert.rejects(dnsAsk(at, { name: 'many.test', type: 'A' }, 300), { code: 'Unavailable' });
});
