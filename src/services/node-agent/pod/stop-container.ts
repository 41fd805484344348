// Ends one container: preStop hook within the grace, then the stop signal with what is left of it.
// Source: Kubernetes, Pod Lifecycle, "Pod Termination Flow".
import type { StopCause } from '#engine/pod';
import type { Container, Pod } from '#model/kube';
import type { ProbeResult } from '#platform/probe';
import { identityOf, signalProcess } from '#platform/process';
import type { AgentContext } from '../context.ts';
import { GRACE_SECONDS_MIN, STOP_LOOK_MS } from '../limits.ts';
import { runHandler } from './handlers.ts';
import { fieldPathOf } from './names.ts';

/** CRI's number of the state. */
const RUNNING = 1;

export interface StopInput {
  readonly context: AgentContext;
  readonly pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  readonly podIp: string;
  readonly graceSeconds: number;
  readonly why: StopCause;
}

const SAYING: Readonly<Record<StopCause, (name: string) => string>> = {
  'pod ends': (name) => `Stopping container ${name}`,
  liveness: (name) => `Container ${name} failed liveness probe, will be restarted`,
  startup: (name) => `Container ${name} failed startup probe, will be restarted`,
  'image changed': (name) => `Container ${name} definition changed, will be restarted`,
  resize: (name) => `Container ${name} resize requires restart`,
  'sandbox lost': (name) => `Stopping container ${name}`,
};

export async function stopContainer(input: StopInput): Promise<void> {
  const { context, pod, container, containerId, podIp, graceSeconds } = input;
  const fieldPath = fieldPathOf(pod, container);
  context.recordEvent(pod, {
    type: 'Normal',
    reason: 'Killing',
    message: SAYING[input.why](container.name),
    fieldPath,
  });
  const hook = container.lifecycle?.preStop;
  let left = graceSeconds;
  if (hook && graceSeconds > 0) {
    const { clock } = context.options;
    const began = clock.monotonicMs();
    const target = { context, container, containerId, podIp, timeoutMs: graceSeconds * 1000 };
    const late = Promise.withResolvers<ProbeResult>();
    const message = 'did not end within the grace period';
    const timer = clock.after(graceSeconds * 1000, () => late.resolve({ passed: false, message }), {
      background: true,
    });
    const result = await Promise.race([runHandler(target, hook), late.promise]);
    timer.cancel();
    if (!result.passed) {
      const said = `PreStopHook failed: ${result.message}`;
      context.recordEvent(pod, { type: 'Warning', reason: 'FailedPreStopHook', message: said, fieldPath });
    }
    left = Math.max(GRACE_SECONDS_MIN, graceSeconds - Math.floor((clock.monotonicMs() - began) / 1000));
  }
  await signalled(input, left);
}

/** The stop signal of the image is the runtime's matter; one that the pod names is sent from here. */
async function signalled({ context, container, containerId }: StopInput, graceSeconds: number): Promise<void> {
  const { clock } = context.options;
  const signal = container.lifecycle?.stopSignal;
  const pid = signal && graceSeconds > 0 ? await context.cri.containerPid(containerId) : undefined;
  if (!signal || !pid) return context.cri.containerStop(containerId, graceSeconds);
  const identity = identityOf(pid);
  if (identity) signalProcess(identity, signal as NodeJS.Signals);
  const deadline = clock.monotonicMs() + graceSeconds * 1000;
  while ((await context.cri.containerStatus(containerId)).state === RUNNING && clock.monotonicMs() < deadline)
    await clock.sleep(STOP_LOOK_MS);
  await context.cri.containerStop(containerId, 0);
}
