// What probes and hooks have in common: a command, an HTTP request, a connection, a gRPC call, a pause.
// Source: Kubernetes API, core/v1 LifecycleHandler, Probe.
import { messageOf, WorldError } from '#base';
import type { Container, HTTPGetAction, IntOrString, LifecycleHandler, Probe } from '#model/kube';
import type { ProbeResult } from '#platform/probe';
import type { AgentContext } from '../context.ts';
import { EXEC_OUTPUT_BYTES_MAX } from '../limits.ts';

export interface HandlerTarget {
  readonly context: AgentContext;
  readonly container: Container;
  readonly containerId: string;
  readonly podIp: string;
  readonly timeoutMs: number;
}

/** A port by number or by the container's name for it. */
function portOf(container: Container, port: IntOrString): number {
  if (typeof port === 'number') return port;
  const named = container.ports?.find((p) => p.name === port)?.containerPort;
  return named ?? Number(port);
}

async function runCommand(target: HandlerTarget, command: readonly string[]): Promise<ProbeResult> {
  const { context, containerId, timeoutMs } = target;
  try {
    const result = await context.cri.exec(containerId, command, Math.max(1, Math.ceil(timeoutMs / 1000)));
    const said = Buffer.concat([result.stdout, result.stderr]).toString().slice(0, EXEC_OUTPUT_BYTES_MAX);
    return { passed: result.exitCode === 0, message: said || `command terminated with exit code ${result.exitCode}` };
  } catch (error) {
    // Late is the container's fault. Anything else is the runtime's, or the machine's: nothing is known of the container.
    const code = error instanceof WorldError ? error.code : 'Failed';
    const message = code === 'Unavailable' ? '' : messageOf(error);
    return { passed: false, message, ...(code === 'Ambiguous' ? {} : { unknown: true }) };
  }
}

function httpGet(target: HandlerTarget, action: HTTPGetAction): Promise<ProbeResult> {
  const path = action.path ?? '/';
  return target.context.prober.http({
    scheme: action.scheme?.toUpperCase() === 'HTTPS' ? 'https' : 'http',
    host: action.host || target.podIp,
    port: portOf(target.container, action.port),
    path: path.startsWith('/') ? path : `/${path}`,
    headers: (action.httpHeaders ?? []).map(({ name, value }) => ({ name, value: value ?? '' })),
    timeoutMs: target.timeoutMs,
  });
}

/** Runs the action of a probe or hook; never throws. */
export async function runHandler(target: HandlerTarget, handler: Probe & LifecycleHandler): Promise<ProbeResult> {
  const { context, container, podIp, timeoutMs } = target;
  if (handler.exec) return runCommand(target, handler.exec.command ?? []);
  if (handler.httpGet) return httpGet(target, handler.httpGet);
  if (handler.tcpSocket) {
    const port = portOf(container, handler.tcpSocket.port);
    return context.prober.tcp({ host: handler.tcpSocket.host || podIp, port, timeoutMs });
  }
  if (handler.grpc) {
    const { port, service = '' } = handler.grpc;
    return context.prober.grpc({ host: podIp, port, service, timeoutMs });
  }
  if (handler.sleep) await context.options.clock.sleep(Math.min(handler.sleep.seconds * 1000, timeoutMs));
  return { passed: true, message: '' };
}
