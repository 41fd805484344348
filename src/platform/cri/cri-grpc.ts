// CRI over gRPC on the unix socket of a runtime. A channel outlives restarts of the runtime: it connects again by itself.
import * as grpc from '@grpc/grpc-js';
import * as loader from '@grpc/proto-loader';
import { assert, WorldError, type WorldErrorCode } from '#base';
import type { Clock, Timer } from '#platform/clock';
import { EVENTS_REOPEN_MS, RECONNECT_MS_MAX, RPC_BYTES_MAX, RPC_DEADLINE_MS } from './limits.ts';
import { criDescriptor, eventsDescriptor } from './schema.ts';

export type Method = grpc.MethodDefinition<object, object>;
export type Call = <A>(service: string, method: string, request: object, deadlineMs?: number) => Promise<A>;

const CODES: Readonly<Partial<Record<grpc.status, WorldErrorCode>>> = {
  [grpc.status.NOT_FOUND]: 'NotFound',
  [grpc.status.ALREADY_EXISTS]: 'Conflict',
  [grpc.status.UNAVAILABLE]: 'Unavailable',
  [grpc.status.DEADLINE_EXCEEDED]: 'Ambiguous',
  [grpc.status.CANCELLED]: 'Unavailable',
  [grpc.status.UNIMPLEMENTED]: 'Unsupported',
  [grpc.status.RESOURCE_EXHAUSTED]: 'Exhausted',
  [grpc.status.PERMISSION_DENIED]: 'Denied',
  [grpc.status.INVALID_ARGUMENT]: 'Invalid',
};

function worldErrorOf(error: grpc.ServiceError, method: string): WorldError {
  const message = error.details || error.message;
  // containerd takes connections before it has found its containers again, and refuses calls by these words alone.
  const code = message === 'server is not initialized yet' ? 'Unavailable' : CODES[error.code];
  return new WorldError(code ?? 'Failed', message, {
    attempted: `call ${method} of the container runtime`,
  });
}

function methodsOf(descriptor: object, service: string): Record<string, Method> {
  const found = loader.fromJSON(descriptor as Parameters<typeof loader.fromJSON>[0], {
    longs: Number,
    enums: Number,
    defaults: true,
    arrays: true,
  })[service];
  assert(found, `the descriptor has ${service}`);
  return found as unknown as Record<string, Method>;
}

export interface GrpcChannel {
  readonly call: Call;
  hints(onHint: () => void): { close(): void };
  close(): void;
}

export function openChannel(options: { socket: string; clock: Clock }): GrpcChannel {
  const client = new grpc.Client(`unix://${options.socket}`, grpc.credentials.createInsecure(), {
    'grpc.max_receive_message_length': RPC_BYTES_MAX,
    'grpc.default_authority': 'localhost',
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': RECONNECT_MS_MAX,
  });
  const descriptor = criDescriptor();
  const services: Record<string, Record<string, Method>> = {
    RuntimeService: methodsOf(descriptor, 'runtime.v1.RuntimeService'),
    ImageService: methodsOf(descriptor, 'runtime.v1.ImageService'),
  };
  const call = <A>(service: string, name: string, request: object, deadlineMs = RPC_DEADLINE_MS): Promise<A> => {
    const method = services[service]?.[name];
    assert(method, `${service} has ${name}`);
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        { deadline: Date.now() + deadlineMs },
        (error, answer) => (error ? reject(worldErrorOf(error, name)) : resolve(answer as A)),
      );
    });
  };
  const subscribe = methodsOf(eventsDescriptor(), 'containerd.services.events.v1.Events').Subscribe;
  assert(subscribe, 'the event service has Subscribe');
  return {
    call,
    hints: (onHint) => openHints({ client, subscribe, clock: options.clock, onHint }),
    close: () => client.close(),
  };
}

interface HintStream {
  readonly client: grpc.Client;
  readonly subscribe: Method;
  readonly clock: Clock;
  onHint(): void;
}

/** Keeps a subscription open; each (re)opening is a hint too, because events may have been missed. */
function openHints({ client, subscribe, clock, onHint }: HintStream): { close(): void } {
  let closed = false;
  let timer: Timer | undefined;
  let stream: grpc.ClientReadableStream<object> | undefined;
  const open = (): void => {
    const metadata = new grpc.Metadata({ waitForReady: true });
    stream = client.makeServerStreamRequest(
      subscribe.path,
      subscribe.requestSerialize,
      subscribe.responseDeserialize,
      { filters: ['topic=="/tasks/exit",namespace==k8s.io', 'topic=="/tasks/oom",namespace==k8s.io'] },
      metadata,
    );
    stream.on('data', onHint);
    let ended = false;
    const end = (): void => {
      if (ended || closed) return;
      ended = true;
      onHint();
      timer = clock.after(EVENTS_REOPEN_MS, open, { background: true });
    };
    stream.on('error', end);
    stream.on('end', end);
  };
  open();
  return {
    close: () => {
      closed = true;
      timer?.cancel();
      stream?.cancel();
    },
  };
}
