// Gives the leadership of a pair's etcd from one member to another, as an election would. The ids of members have 64 bits: they stay text.
// Source: etcd API reference v3.4, rpc.proto: Maintenance.
import path from 'node:path';
import { promisify } from 'node:util';
import { credentials, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { ETCD_SERVER_NAME } from '#engine/certificates';
import { siteFolders, VOTER_PORTS } from '#model/site';
import { openPki } from '#services/infrastructure';

const field = (type: string, id: number) => ({ type, id });
const MESSAGES = {
  StatusRequest: { fields: {} },
  ResponseHeader: { fields: { member_id: field('uint64', 2) } },
  StatusResponse: { fields: { header: field('ResponseHeader', 1), leader: field('uint64', 4) } },
  MoveLeaderRequest: { fields: { targetID: field('uint64', 1) } },
  MoveLeaderResponse: { fields: {} },
};
const METHODS = {
  Status: { requestType: 'StatusRequest', responseType: 'StatusResponse' },
  MoveLeader: { requestType: 'MoveLeaderRequest', responseType: 'MoveLeaderResponse' },
};

interface MemberStatus {
  readonly header: { readonly member_id: string };
  readonly leader: string;
}
interface Member {
  status(): Promise<MemberStatus>;
  moveLeader(targetID: string): Promise<unknown>;
  close(): void;
}

function memberAt(address: string, nodeData: string): Member {
  const nested = { etcdserverpb: { nested: { ...MESSAGES, Maintenance: { methods: METHODS } } } };
  const definition = fromJSON({ nested } as Parameters<typeof fromJSON>[0], { keepCase: true, longs: String });
  const { Maintenance } = loadPackageDefinition(definition).etcdserverpb as Record<string, ServiceClientConstructor>;
  if (!Maintenance) throw new Error('etcd has a maintenance service');
  const pki = openPki(siteFolders(nodeData).pki);
  const { certPem, keyPem } = pki.leaf('etcd-client');
  const secret = credentials.createSsl(Buffer.from(pki.anchor('etcd')), Buffer.from(keyPem), Buffer.from(certPem));
  const client = new Maintenance(`${address}:${VOTER_PORTS.etcd}`, secret, {
    'grpc.ssl_target_name_override': ETCD_SERVER_NAME,
  });
  const call = <T>(method: string, request: object): Promise<T> =>
    promisify((done: (error: Error | null, answer: T) => void) => client[method]?.(request, done))();
  return {
    status: () => call('Status', {}),
    moveLeader: (targetID) => call('MoveLeader', { targetID }),
    close: () => client.close(),
  };
}

/** Moves the leadership `times` times, one member after the other, as soon as each knows its leader. `addresses`: of all members. */
export async function moveLeaderOften(data: string, addresses: readonly string[], times: number): Promise<void> {
  const members = addresses.map((address) => memberAt(address, path.join(data, 'node-a')));
  try {
    for (let moved = 0; moved < times; ) {
      const all = await Promise.all(members.map(async (member) => ({ member, ...(await member.status()) })));
      const at = all.findIndex(({ header, leader }) => header.member_id === leader);
      const from = all[at];
      const to = all[(at + 1) % all.length];
      if (!from || !to || !all.every(({ leader }) => leader === from.leader)) continue;
      await from.member.moveLeader(to.header.member_id);
      moved++;
    }
  } finally {
    for (const member of members) member.close();
  }
}
