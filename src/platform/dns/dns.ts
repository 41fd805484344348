// The door to DNS on the wire: a server on UDP and TCP, and questions to other servers (RFC 1035, RFC 6891 sizes).
import dgram from 'node:dgram';
import net from 'node:net';
import packet from 'dns-packet';
import { WorldError } from '#base';

export interface DnsQuestion {
  /** Lower case, without the last dot. */
  readonly name: string;
  readonly type: string;
}

/** One record in presentation form: data is an address, a name, TXT strings, or an SRV, SOA, MX object as dns-packet has them. */
export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly ttlSeconds: number;
  readonly data: unknown;
}

export type DnsRcode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED';

export interface DnsAnswer {
  readonly rcode: DnsRcode;
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities?: readonly DnsRecord[];
  readonly additionals?: readonly DnsRecord[];
}

export interface DnsServer {
  readonly port: number;
  close(): Promise<void>;
}

const UDP_BYTES_MAX = 1232;
const TCP_BYTES_MAX = 65_535;
const TCP_CONNECTIONS_MAX = 256;
const TCP_IDLE_MS = 10_000;
const RCODES: readonly DnsRcode[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

const wireRecord = (r: DnsRecord): packet.Answer =>
  ({ name: r.name || '.', type: r.type, ttl: r.ttlSeconds, data: r.data }) as packet.Answer;

function encodeAnswer(query: packet.DecodedPacket, answer: DnsAnswer, bytesMax: number): Buffer {
  const opt = query.additionals?.find((a) => a.type === 'OPT');
  const flags =
    (query.flag_rd ? packet.RECURSION_DESIRED : 0) |
    packet.RECURSION_AVAILABLE |
    (answer.authoritative ? packet.AUTHORITATIVE_ANSWER : 0) |
    RCODES.indexOf(answer.rcode);
  const whole = packet.encode({
    type: 'response',
    id: query.id ?? 0,
    flags,
    questions: query.questions ?? [],
    answers: answer.answers.map(wireRecord),
    authorities: (answer.authorities ?? []).map(wireRecord),
    additionals: [
      ...(answer.additionals ?? []).map(wireRecord),
      ...(opt
        ? [
            {
              type: 'OPT' as const,
              name: '.' as const,
              udpPayloadSize: UDP_BYTES_MAX,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [],
            },
          ]
        : []),
    ],
  });
  if (whole.length <= bytesMax) return whole;
  return packet.encode({
    type: 'response',
    id: query.id ?? 0,
    flags: flags | packet.TRUNCATED_RESPONSE,
    questions: query.questions ?? [],
    answers: [],
  });
}

type Handler = (question: DnsQuestion) => DnsAnswer | Promise<DnsAnswer>;

async function respond(message: Buffer, handler: Handler, tcp: boolean): Promise<Buffer | undefined> {
  let query: packet.DecodedPacket;
  try {
    query = packet.decode(message) as packet.DecodedPacket;
  } catch {
    return undefined; // Not DNS: nothing to answer to (RFC 1035 has no answer without an id).
  }
  const question = query.questions?.[0];
  if (query.type !== 'query' || !question) return undefined;
  const opt = query.additionals?.find((a) => a.type === 'OPT') as { udpPayloadSize?: number } | undefined;
  const bytesMax = tcp ? TCP_BYTES_MAX : Math.max(512, Math.min(UDP_BYTES_MAX, opt?.udpPayloadSize ?? 512));
  try {
    const answer = await handler({ name: question.name.toLowerCase().replace(/\.$/, ''), type: question.type });
    return encodeAnswer(query, answer, bytesMax);
  } catch {
    return encodeAnswer(query, { rcode: 'SERVFAIL', authoritative: false, answers: [] }, bytesMax);
  }
}

/** Calls `each` with every length-prefixed message of a TCP stream (RFC 1035 section 4.2.2). */
function readFrames(socket: net.Socket, each: (message: Buffer) => void): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      each(pending.subarray(2, end));
      pending = pending.subarray(end);
    }
  });
}

const frame = (message: Buffer): Buffer =>
  Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]);

function serveTcp(handler: Handler): { server: net.Server; sockets: Set<net.Socket> } {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    readFrames(socket, (message) => {
      void respond(message, handler, true).then((answer) => {
        if (answer && !socket.destroyed) socket.write(frame(answer));
      });
    });
  });
  server.maxConnections = TCP_CONNECTIONS_MAX;
  return { server, sockets };
}

/** Serves DNS on one address, UDP and TCP on the same port (0 picks one).
 * Errors: WorldError `Conflict` when the port is taken. */
export async function dnsListen(options: { host: string; port: number; handler: Handler }): Promise<DnsServer> {
  const { server, sockets } = serveTcp(options.handler);
  const failed = (cause: Error): WorldError =>
    new WorldError('Conflict', `DNS cannot listen on ${options.host}:${options.port}: ${cause.message}`, { cause });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(failed(cause)));
    server.listen(options.port, options.host, resolve);
  });
  const port = (server.address() as net.AddressInfo).port;
  const udp = dgram.createSocket('udp4');
  udp.on('message', (message, from) => {
    void respond(message, options.handler, false).then((answer) => {
      if (answer) udp.send(answer, from.port, from.address, () => undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    udp.once('error', (cause) => {
      server.close();
      reject(failed(cause));
    });
    udp.bind(port, options.host, () => {
      udp.removeAllListeners('error');
      udp.on('error', () => undefined); // An unreachable client is its own affair.
      resolve();
    });
  });
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        udp.close(() => server.close(() => resolve()));
      }),
  };
}

function decodeAnswer(message: Buffer): DnsAnswer & { readonly truncated: boolean } {
  const decoded = packet.decode(message) as packet.DecodedPacket & { rcode?: string };
  const own = (records: packet.Answer[] | undefined): DnsRecord[] =>
    (records ?? [])
      .filter((r) => r.type !== 'OPT')
      .map((r) => ({
        name: r.name,
        type: r.type,
        ttlSeconds: (r as { ttl?: number }).ttl ?? 0,
        data: (r as { data: unknown }).data,
      }));
  return {
    rcode: (RCODES as readonly string[]).includes(decoded.rcode ?? '') ? (decoded.rcode as DnsRcode) : 'SERVFAIL',
    authoritative: false,
    answers: own(decoded.answers),
    authorities: own(decoded.authorities),
    additionals: own(decoded.additionals),
    truncated: Boolean(decoded.flag_tc),
  };
}

function encodeQuestion(question: DnsQuestion): { id: number; bytes: Buffer } {
  const id = Math.floor(Math.random() * 65_536);
  return {
    id,
    bytes: packet.encode({
      type: 'query',
      id,
      flags: packet.RECURSION_DESIRED,
      questions: [{ type: question.type as packet.RecordType, name: question.name || '.' }],
    }),
  };
}

/** Asks one server over UDP, and again over TCP when the answer was cut short.
 * Errors: WorldError `Unavailable` when no answer comes in time. */
export async function dnsAsk(
  server: { host: string; port: number },
  question: DnsQuestion,
  timeoutMs: number,
): Promise<DnsAnswer> {
  const byUdp = decodeAnswer(await askUdp(server, question, timeoutMs));
  return byUdp.truncated ? decodeAnswer(await askTcp(server, question, timeoutMs)) : byUdp;
}

const silent = (server: { host: string; port: number }, cause?: unknown): WorldError =>
  new WorldError('Unavailable', `no answer from the DNS server ${server.host}:${server.port}`, { cause });

function askUdp(server: { host: string; port: number }, question: DnsQuestion, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { id, bytes } = encodeQuestion(question);
    const socket = dgram.createSocket('udp4');
    const timer = setTimeout(() => finish(() => reject(silent(server))), timeoutMs);
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      socket.close();
      act();
    };
    socket.once('error', (cause) => finish(() => reject(silent(server, cause))));
    socket.on('message', (message) => {
      if (message.length > 2 && message.readUInt16BE(0) === id) finish(() => resolve(message));
    });
    // A connected socket hears only from the server asked, and hears at once when its port is closed.
    socket.connect(server.port, server.host, () => socket.send(bytes));
  });
}

function askTcp(server: { host: string; port: number }, question: DnsQuestion, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { bytes } = encodeQuestion(question);
    const socket = net.connect(server.port, server.host, () => socket.write(frame(bytes)));
    socket.setTimeout(timeoutMs, () => socket.destroy(silent(server)));
    socket.on('error', (cause) => reject(silent(server, cause)));
    readFrames(socket, (message) => {
      socket.destroy();
      resolve(message);
    });
  });
}
