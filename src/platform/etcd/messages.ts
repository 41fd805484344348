// etcd's messages as TypeScript sees them. Source: etcd API reference v3.4.

export interface ResponseHeader {
  /** Of the member that answers. */
  readonly member_id?: number;
  readonly revision: number;
  /** Of the newest write that the member which answers has carried out. */
  readonly raft_term: number;
}

export interface KeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly create_revision: number;
  readonly mod_revision: number;
}

export interface RangeRequest {
  readonly key: Uint8Array;
  readonly range_end?: Uint8Array;
  readonly limit?: number;
  readonly revision?: number;
}

export interface RangeResponse {
  readonly header: ResponseHeader;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
}

export type RequestOp =
  | { readonly request_range: RangeRequest }
  /** `lease`: the key goes when that lease ends. */
  | { readonly request_put: { readonly key: Uint8Array; readonly value: Uint8Array; readonly lease?: number } }
  | { readonly request_delete_range: { readonly key: Uint8Array; readonly range_end?: Uint8Array } };

export interface Compare {
  /** 0 EQUAL, 1 GREATER, 2 LESS, 3 NOT_EQUAL. */
  readonly result: 0 | 1 | 2 | 3;
  /** 0 VERSION, 1 CREATE, 2 MOD, 3 VALUE; names which of the fields below is meant. */
  readonly target: 0 | 1 | 2 | 3;
  readonly key: Uint8Array;
  readonly version?: number;
  readonly create_revision?: number;
  readonly mod_revision?: number;
  readonly value?: Uint8Array;
}

export interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure?: readonly RequestOp[];
}

export interface TxnResponse {
  readonly header: ResponseHeader;
  readonly succeeded: boolean;
  readonly responses: readonly { readonly response_range?: RangeResponse }[];
}

export interface WatchResponse {
  readonly header: ResponseHeader;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compact_revision: number;
  readonly cancel_reason: string;
  readonly events: readonly { /** 0 PUT, 1 DELETE. */ readonly type: number; readonly kv: KeyValue }[];
}

export interface LeaseGrantResponse {
  readonly ID: number;
  /** Seconds; may be more than was asked for. */
  readonly TTL: number;
}

export interface LeaseKeepAliveResponse {
  /** As it was before the renewal. */
  readonly header: ResponseHeader;
  readonly ID: number;
  /** Seconds from now; 0 when there is no such lease. */
  readonly TTL: number;
}

/** A member as etcd lists it. `name` is empty until it has started for the first time. */
export interface EtcdMemberFacts {
  readonly ID: string;
  readonly name: string;
  readonly isLearner: boolean;
}

export interface MemberListResponse {
  readonly members: readonly EtcdMemberFacts[];
}

export interface StatusResponse {
  readonly version: string;
  readonly dbSize: number;
  readonly dbSizeInUse: number;
  readonly header?: ResponseHeader;
  /** Member id of the leader that it follows; 0 for none. */
  readonly leader?: number;
  /** Newest entry of the cluster's log that it has carried out. */
  readonly raftAppliedIndex?: number;
}
