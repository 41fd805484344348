// Asks a container whether it is well: an HTTP request, a connection, a gRPC health call. Certificates are not checked, because
// a probe asks whether somebody answers, not who. Source: Kubernetes, "Configure Liveness, Readiness and Startup Probes".
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { BODY_BYTES_MAX, REDIRECTS_MAX } from './limits.ts';

export interface ProbeResult {
  readonly passed: boolean;
  /** What was wrong, for the event; empty when nothing is to be told. */
  readonly message: string;
  /** It could not be asked: it neither passed nor failed. Source: Kubernetes, core/v1 Probe; an error of a probe is no result. */
  readonly unknown?: boolean;
}

export interface HttpProbe {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly timeoutMs: number;
}

/** Whoever asks over the network. None of the calls throws. */
export interface Prober {
  http(probe: HttpProbe): Promise<ProbeResult>;
  tcp(probe: { host: string; port: number; timeoutMs: number }): Promise<ProbeResult>;
  grpc(probe: { host: string; port: number; service: string; timeoutMs: number }): Promise<ProbeResult>;
}

export function openProber(): Prober {
  return { http: (probe) => httpProbe(probe, REDIRECTS_MAX), tcp: tcpProbe, grpc: grpcProbe };
}

function headersOf(probe: HttpProbe): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    'user-agent': 'kube-probe/1.36',
    accept: '*/*',
    connection: 'close',
  };
  for (const { name, value } of probe.headers) {
    const key = name.toLowerCase();
    if (key === 'user-agent' || key === 'accept' || key === 'host' || !(key in headers)) headers[key] = value;
    else headers[key] = [headers[key] ?? '', value].flat();
  }
  return headers;
}

function httpProbe(probe: HttpProbe, redirects: number): Promise<ProbeResult> {
  const { scheme, host, port, path, timeoutMs } = probe;
  const started = performance.now();
  return new Promise((resolve) => {
    const options = { host, port, path, headers: headersOf(probe), agent: false, rejectUnauthorized: false };
    const request = scheme === 'https' ? https.request(options) : http.request(options);
    const fail = (why: string): void => {
      clearTimeout(timer);
      request.destroy();
      resolve({ passed: false, message: `Get "${scheme}://${host}:${port}${path}": ${why}` });
    };
    const timer = setTimeout(
      () => fail('context deadline exceeded (Client.Timeout exceeded while awaiting headers)'),
      timeoutMs,
    );
    request.on('error', (error) => fail(error.message));
    request.on('response', (response) => {
      const code = response.statusCode ?? 0;
      const next = code >= 300 && code < 400 ? redirectOf(probe, response.headers.location) : undefined;
      let body = '';
      response.on('data', (piece: Buffer) => {
        if (body.length < BODY_BYTES_MAX) body += piece.toString();
      });
      response.on('error', (error) => fail(error.message));
      response.on('end', () => {
        clearTimeout(timer);
        if (next && redirects > 0) {
          const leftMs = Math.max(1, timeoutMs - (performance.now() - started));
          resolve(httpProbe({ ...next, timeoutMs: leftMs }, redirects - 1));
        } else if (code >= 200 && code < 400) resolve({ passed: true, message: body });
        else resolve({ passed: false, message: `HTTP probe failed with statuscode: ${code}` });
      });
    });
    request.end();
  });
}

/** Where a redirect leads when it stays on the same host; another host counts as an answer. */
function redirectOf(probe: HttpProbe, location: string | undefined): HttpProbe | undefined {
  const base = `${probe.scheme}://${probe.host}:${probe.port}${probe.path}`;
  const url = location && URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (!url || url.hostname !== probe.host) return undefined;
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const port = Number(url.port) || (scheme === 'https' ? 443 : 80);
  return { ...probe, scheme, port, path: `${url.pathname}${url.search}` };
}

function tcpProbe(probe: { host: string; port: number; timeoutMs: number }): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: probe.host, port: probe.port });
    const end = (passed: boolean, message: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ passed, message });
    };
    const timer = setTimeout(() => end(false, `dial tcp ${probe.host}:${probe.port}: i/o timeout`), probe.timeoutMs);
    socket.once('connect', () => end(true, ''));
    socket.once('error', (error) => end(false, `dial tcp ${probe.host}:${probe.port}: ${error.message}`));
  });
}

/** grpc.health.v1.HealthCheckRequest is one string (field 1), the answer one number (field 1): too small for a descriptor. */
function healthRequest(service: string): Buffer {
  const name = Buffer.from(service);
  return name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
}

const SERVING = 1;

function grpcProbe(probe: { host: string; port: number; service: string; timeoutMs: number }): Promise<ProbeResult> {
  const client = new grpc.Client(`${probe.host}:${probe.port}`, grpc.credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': 50,
  });
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      (request: Buffer) => request,
      (answer: Buffer) => (answer[0] === 0x08 ? (answer[1] ?? 0) : 0),
      healthRequest(probe.service),
      { deadline: Date.now() + probe.timeoutMs },
      (error, status) => {
        client.close();
        if (error) resolve({ passed: false, message: `service unhealthy: ${error.details || error.message}` });
        else if (status === SERVING) resolve({ passed: true, message: '' });
        else resolve({ passed: false, message: `service unhealthy (responded with "${status}")` });
      },
    );
  });
}
