// The part of etcd's gRPC interface that is used here, as a descriptor, so that no file must stand beside a bundle.
// Source: etcd API reference v3.4, rpc.proto and kv.proto (names and field numbers).
import { type GrpcObject, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { present } from '#base';

type Fields = Readonly<Record<string, { readonly type: string; readonly id: number; readonly rule?: 'repeated' }>>;

/** "name: type = id" for each field; "name[]" repeats. */
function fields(...lines: readonly string[]): { fields: Fields } {
  const entries = lines.map((line) => {
    const [, name = '', many, type = '', id = ''] = present(
      /^(\w+)(\[\])?: (\w+) = (\d+)$/.exec(line),
      `${line} is a field`,
    );
    return [name, { type, id: Number(id), ...(many ? { rule: 'repeated' as const } : {}) }] as const;
  });
  return { fields: Object.fromEntries(entries) };
}

/** Fields of which at most one is set. */
function oneOf(
  name: string,
  ...lines: readonly string[]
): { fields: Fields; oneofs: Record<string, { oneof: string[] }> } {
  const all = fields(...lines);
  return { ...all, oneofs: { [name]: { oneof: Object.keys(all.fields) } } };
}

function method(request: string, response: string, streams = false): Record<string, unknown> {
  return { requestType: request, responseType: response, requestStream: streams, responseStream: streams };
}

const MESSAGES = {
  ResponseHeader: fields(
    'cluster_id: uint64 = 1',
    'member_id: uint64 = 2',
    'revision: int64 = 3',
    'raft_term: uint64 = 4',
  ),
  KeyValue: fields(
    'key: bytes = 1',
    'create_revision: int64 = 2',
    'mod_revision: int64 = 3',
    'value: bytes = 5',
    'lease: int64 = 6',
  ),
  RangeRequest: fields(
    'key: bytes = 1',
    'range_end: bytes = 2',
    'limit: int64 = 3',
    'revision: int64 = 4',
    'serializable: bool = 7',
  ),
  RangeResponse: fields('header: ResponseHeader = 1', 'kvs[]: KeyValue = 2', 'more: bool = 3', 'count: int64 = 4'),
  PutRequest: fields('key: bytes = 1', 'value: bytes = 2', 'lease: int64 = 3'),
  PutResponse: fields('header: ResponseHeader = 1'),
  DeleteRangeRequest: fields('key: bytes = 1', 'range_end: bytes = 2'),
  DeleteRangeResponse: fields('header: ResponseHeader = 1', 'deleted: int64 = 2'),
  RequestOp: oneOf(
    'request',
    'request_range: RangeRequest = 1',
    'request_put: PutRequest = 2',
    'request_delete_range: DeleteRangeRequest = 3',
  ),
  ResponseOp: oneOf(
    'response',
    'response_range: RangeResponse = 1',
    'response_put: PutResponse = 2',
    'response_delete_range: DeleteRangeResponse = 3',
  ),
  Compare: {
    fields: {
      ...fields('result: int32 = 1', 'target: int32 = 2', 'key: bytes = 3').fields,
      ...fields('version: int64 = 4', 'create_revision: int64 = 5', 'mod_revision: int64 = 6', 'value: bytes = 7')
        .fields,
    },
    oneofs: { target_union: { oneof: ['version', 'create_revision', 'mod_revision', 'value'] } },
  },
  TxnRequest: fields('compare[]: Compare = 1', 'success[]: RequestOp = 2', 'failure[]: RequestOp = 3'),
  TxnResponse: fields('header: ResponseHeader = 1', 'succeeded: bool = 2', 'responses[]: ResponseOp = 3'),
  CompactionRequest: fields('revision: int64 = 1', 'physical: bool = 2'),
  CompactionResponse: fields('header: ResponseHeader = 1'),
  WatchRequest: oneOf('request_union', 'create_request: WatchCreateRequest = 1'),
  WatchCreateRequest: fields(
    'key: bytes = 1',
    'range_end: bytes = 2',
    'start_revision: int64 = 3',
    'progress_notify: bool = 4',
  ),
  WatchResponse: fields(
    'header: ResponseHeader = 1',
    'watch_id: int64 = 2',
    'created: bool = 3',
    'canceled: bool = 4',
    'compact_revision: int64 = 5',
    'cancel_reason: string = 6',
    'events[]: Event = 11',
  ),
  Event: fields('type: int32 = 1', 'kv: KeyValue = 2'),
  LeaseGrantRequest: fields('TTL: int64 = 1', 'ID: int64 = 2'),
  LeaseGrantResponse: fields('header: ResponseHeader = 1', 'ID: int64 = 2', 'TTL: int64 = 3', 'error: string = 4'),
  LeaseRevokeRequest: fields('ID: int64 = 1'),
  LeaseRevokeResponse: fields('header: ResponseHeader = 1'),
  LeaseKeepAliveRequest: fields('ID: int64 = 1'),
  LeaseKeepAliveResponse: fields('header: ResponseHeader = 1', 'ID: int64 = 2', 'TTL: int64 = 3'),
  Member: fields('ID: uint64 = 1', 'name: string = 2', 'peerURLs[]: string = 3', 'isLearner: bool = 5'),
  MemberListRequest: fields(),
  MemberListResponse: fields('header: ResponseHeader = 1', 'members[]: Member = 2'),
  MemberRemoveRequest: fields('ID: uint64 = 1'),
  MemberRemoveResponse: fields('header: ResponseHeader = 1', 'members[]: Member = 2'),
  StatusRequest: fields(),
  StatusResponse: fields(
    'header: ResponseHeader = 1',
    'version: string = 2',
    'dbSize: int64 = 3',
    'leader: uint64 = 4',
    'raftIndex: uint64 = 5',
    'raftTerm: uint64 = 6',
    'raftAppliedIndex: uint64 = 7',
    'dbSizeInUse: int64 = 9',
  ),
};

const SERVICES = {
  KV: {
    methods: {
      Range: method('RangeRequest', 'RangeResponse'),
      Txn: method('TxnRequest', 'TxnResponse'),
      Compact: method('CompactionRequest', 'CompactionResponse'),
    },
  },
  Watch: { methods: { Watch: method('WatchRequest', 'WatchResponse', true) } },
  Lease: {
    methods: {
      LeaseGrant: method('LeaseGrantRequest', 'LeaseGrantResponse'),
      LeaseRevoke: method('LeaseRevokeRequest', 'LeaseRevokeResponse'),
      LeaseKeepAlive: method('LeaseKeepAliveRequest', 'LeaseKeepAliveResponse', true),
    },
  },
  Cluster: {
    methods: {
      MemberList: method('MemberListRequest', 'MemberListResponse'),
      MemberRemove: method('MemberRemoveRequest', 'MemberRemoveResponse'),
    },
  },
  Maintenance: { methods: { Status: method('StatusRequest', 'StatusResponse') } },
};

export interface EtcdServices {
  readonly KV: ServiceClientConstructor;
  readonly Watch: ServiceClientConstructor;
  readonly Lease: ServiceClientConstructor;
  readonly Cluster: ServiceClientConstructor;
  readonly Maintenance: ServiceClientConstructor;
}

/** Client constructors made from the descriptor. Numbers of 64 bits are numbers; those of members, which use all bits, are texts. */
export function etcdServices(): EtcdServices {
  const counted = servicesWith(Number);
  return {
    KV: counted.KV as ServiceClientConstructor,
    Watch: counted.Watch as ServiceClientConstructor,
    Lease: counted.Lease as ServiceClientConstructor,
    Cluster: servicesWith(String).Cluster as ServiceClientConstructor,
    Maintenance: counted.Maintenance as ServiceClientConstructor,
  };
}

function servicesWith(longs: typeof Number | typeof String): GrpcObject {
  const nested = { etcdserverpb: { nested: { ...MESSAGES, ...SERVICES } } };
  const options = { keepCase: true, longs, defaults: true };
  const definition = fromJSON({ nested } as Parameters<typeof fromJSON>[0], options);
  return loadPackageDefinition(definition).etcdserverpb as GrpcObject;
}
