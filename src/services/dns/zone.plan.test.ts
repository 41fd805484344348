// What the zone answers, name by name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideAnswer, type ZoneService, type ZoneView } from './zone.plan.ts';

const services: ZoneService[] = [
  {
    namespace: 'default',
    name: 'web',
    kind: 'cluster-ip',
    addresses: ['172.28.0.20'],
    ports: [{ name: 'http', protocol: 'tcp', port: 80 }],
    endpoints: [],
  },
  {
    namespace: 'data',
    name: 'redis',
    kind: 'headless',
    addresses: [],
    ports: [{ name: 'redis', protocol: 'tcp', port: 6379 }],
    endpoints: [
      { address: '172.27.1.5', hostname: 'redis-0' },
      { address: '172.27.1.6', hostname: 'redis-1' },
    ],
  },
  { namespace: 'data', name: 'empty', kind: 'headless', addresses: [], ports: [], endpoints: [] },
  {
    namespace: 'default',
    name: 'out',
    kind: 'external-name',
    addresses: [],
    externalName: 'example.org',
    ports: [],
    endpoints: [],
  },
];
const view: ZoneView = {
  service: (namespace, name) => services.find((s) => s.namespace === namespace && s.name === name),
  hasNamespace: (name) => ['default', 'data'].includes(name),
  nameOf: (address) => ({ '172.28.0.20': 'web.default.svc', '172.27.1.5': 'redis-0.redis.data.svc' })[address],
};

/** "RCODE type=data,..." of an answer. */
const told = (name: string, type: string): string => {
  const decision = decideAnswer({ name, type }, view, 'cluster.local');
  if (decision.kind === 'outside') return 'outside';
  const shown = decision.answer.answers.map(
    (r) => `${r.type}=${typeof r.data === 'object' && !Array.isArray(r.data) ? JSON.stringify(r.data) : r.data}`,
  );
  return [decision.answer.rcode, ...shown].join(' ');
};

const cases: [name: string, type: string, expected: string][] = [
  ['web.default.svc.cluster.local', 'A', 'NOERROR A=172.28.0.20'],
  ['web.default.svc.cluster.local', 'AAAA', 'NOERROR'],
  ['web.other.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['none.default.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['default.svc.cluster.local', 'A', 'NOERROR'],
  ['other.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['redis.data.svc.cluster.local', 'A', 'NOERROR A=172.27.1.5 A=172.27.1.6'],
  ['redis-1.redis.data.svc.cluster.local', 'A', 'NOERROR A=172.27.1.6'],
  ['redis-7.redis.data.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['empty.data.svc.cluster.local', 'A', 'NXDOMAIN'],
  [
    '_http._tcp.web.default.svc.cluster.local',
    'SRV',
    'NOERROR SRV={"priority":0,"weight":100,"port":80,"target":"web.default.svc.cluster.local"}',
  ],
  ['_http._udp.web.default.svc.cluster.local', 'SRV', 'NXDOMAIN'],
  [
    '_redis._tcp.redis.data.svc.cluster.local',
    'SRV',
    'NOERROR SRV={"priority":0,"weight":50,"port":6379,"target":"redis-0.redis.data.svc.cluster.local"} SRV={"priority":0,"weight":50,"port":6379,"target":"redis-1.redis.data.svc.cluster.local"}',
  ],
  ['out.default.svc.cluster.local', 'A', 'NOERROR CNAME=example.org'],
  ['172-27-1-5.default.pod.cluster.local', 'A', 'NOERROR A=172.27.1.5'],
  ['172-27-1-5.other.pod.cluster.local', 'A', 'NXDOMAIN'],
  ['nonsense.default.pod.cluster.local', 'A', 'NXDOMAIN'],
  ['20.0.28.172.in-addr.arpa', 'PTR', 'NOERROR PTR=web.default.svc.cluster.local'],
  ['5.1.27.172.in-addr.arpa', 'PTR', 'NOERROR PTR=redis-0.redis.data.svc.cluster.local'],
  ['8.8.8.8.in-addr.arpa', 'PTR', 'outside'],
  ['dns-version.cluster.local', 'TXT', 'NOERROR TXT=1.1.0'],
  ['example.org', 'A', 'outside'],
  ['notcluster.local', 'A', 'outside'],
  ['cluster.local', 'A', 'NOERROR'],
];
for (const [name, type, expected] of cases) test(`${type} ${name}`, () => assert.equal(told(name, type), expected));
