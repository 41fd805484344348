// Validation of probes and lifecycle handlers.
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe, TCPSocketAction } from '../../generated/kinds.ts';
import { oneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { nonNegative, portNumber, portNumberOrName, positive } from '../numbers.ts';

const SCHEMES = ['HTTP', 'HTTPS'];
const HEADER_NAME = /^[-A-Za-z0-9]+$/;

interface Handler {
  readonly exec?: { command?: string[] };
  readonly httpGet?: HTTPGetAction;
  readonly tcpSocket?: TCPSocketAction;
  readonly grpc?: { port: number };
  readonly sleep?: { seconds: number };
}

function validateHttp(action: HTTPGetAction, field: string, to: Findings): void {
  if (!action.path) to.required(`${field}.path`);
  portNumberOrName(action.port, `${field}.port`, to);
  oneOf(action.scheme, SCHEMES, `${field}.scheme`, to);
  action.httpHeaders?.forEach((header, i) => {
    if (!HEADER_NAME.test(header.name ?? ''))
      to.invalid(
        `${field}.httpHeaders[${i}].name`,
        header.name,
        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
      );
  });
}

function validateHandler(handler: Handler, field: string, to: Findings): void {
  const given = (['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const).filter((key) => handler[key]);
  if (given.length === 0) {
    to.required(field, 'must specify a handler type');
    return;
  }
  for (const extra of given.slice(1)) to.forbidden(`${field}.${extra}`, 'may not specify more than 1 handler type');
  if (handler.exec && !handler.exec.command?.length) to.required(`${field}.exec.command`);
  if (handler.httpGet) validateHttp(handler.httpGet, `${field}.httpGet`, to);
  if (handler.tcpSocket) portNumberOrName(handler.tcpSocket.port, `${field}.tcpSocket.port`, to);
  if (handler.grpc) portNumber(handler.grpc.port, `${field}.grpc.port`, to);
  if (handler.sleep) nonNegative(handler.sleep.seconds, `${field}.sleep.seconds`, to);
}

/** `single`: the probe succeeds at once (liveness, startup). */
export function validateProbe(
  probe: Probe | undefined,
  field: string,
  to: Findings,
  options: { readonly single: boolean },
): void {
  if (!probe) return;
  validateHandler(probe, field, to);
  nonNegative(probe.initialDelaySeconds, `${field}.initialDelaySeconds`, to);
  nonNegative(probe.timeoutSeconds, `${field}.timeoutSeconds`, to);
  nonNegative(probe.periodSeconds, `${field}.periodSeconds`, to);
  nonNegative(probe.successThreshold, `${field}.successThreshold`, to);
  nonNegative(probe.failureThreshold, `${field}.failureThreshold`, to);
  positive(probe.terminationGracePeriodSeconds, `${field}.terminationGracePeriodSeconds`, to);
  if (options.single) {
    if ((probe.successThreshold ?? 1) !== 1)
      to.invalid(`${field}.successThreshold`, probe.successThreshold, 'must be 1');
  } else if (probe.terminationGracePeriodSeconds !== undefined)
    to.invalid(
      `${field}.terminationGracePeriodSeconds`,
      probe.terminationGracePeriodSeconds,
      'must not be set for readinessProbes',
    );
}

export function validateLifecycle(lifecycle: Lifecycle | undefined, field: string, to: Findings): void {
  const check = (handler: LifecycleHandler | undefined, name: string) =>
    handler && validateHandler(handler, `${field}.${name}`, to);
  check(lifecycle?.postStart, 'postStart');
  check(lifecycle?.preStop, 'preStop');
}
