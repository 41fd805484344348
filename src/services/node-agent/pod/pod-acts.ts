// What is done to one pod: sandbox, containers and their resources, volumes kept current. Each act marks its container busy
// and wakes the worker when it ends; what hinders it is remembered as a reason for waiting. Everything remembered here can be
// lost: the runtime and the checkpoint have the rest.
import { backoffDelayMs, isDiskFull, messageOf } from '#base';
import {
  type ContainerMemory,
  type ObservedPod,
  type PodAction,
  type PodFacts,
  podAmounts,
  readySandbox,
} from '#engine/pod';
import type { Container, Pod, PodStatus } from '#model/kube';
import type { SandboxConfig } from '#platform/cri';
import { isPresent } from '#platform/disk';
import type { AgentContext } from '../context.ts';
import { API_RETRY_MS, CHECKPOINT_RETRY_MS, SETUP_RETRY, VOLUME_REFRESH_MS } from '../limits.ts';
import { uidOfPod } from '../paths.ts';
import { writeCheckpoint } from '../source/checkpoint.ts';
import { type KeptObjects, referenceOf } from '../source/references.ts';
import { type ReadyVolumes, referencesOf, refreshVolumes } from '../volumes/volumes.ts';
import { linuxResources } from './container-config.ts';
import { fieldPathOf } from './names.ts';
import { setPodLimits, setUpPod } from './sandbox.ts';
import { sandboxConfig } from './sandbox-config.ts';
import { startContainer } from './start-container.ts';
import { stopContainer } from './stop-container.ts';

/** What the acts need to know of the pod, as it is at the moment of asking. */
export interface PodNow {
  readonly pod: Pod;
  readonly status: PodStatus;
  readonly observed: ObservedPod;
  /** False once the pod is to end or nobody looks after it any more. */
  readonly isWanted: boolean;
}

export interface PodActsOptions {
  readonly context: AgentContext;
  readonly kept: KeptObjects;
  now(): PodNow;
  wake(): void;
}

type StartAction = Extract<PodAction, { do: 'start-container' }>;
type StopAction = Extract<PodAction, { do: 'stop-container' }>;

export class PodActs {
  readonly memory = new Map<string, ContainerMemory>();
  readonly #options: PodActsOptions;
  readonly #context: AgentContext;
  #volumes: ReadyVolumes | undefined;
  #config: SandboxConfig | undefined;
  #checkpointed = '';
  /** Whether it was found running without a checkpoint; not known before the first look. */
  #isUnkept: boolean | undefined;
  /** When a checkpoint is written again that the disk did not take. */
  #checkpointAtMs: number | undefined;
  #refreshedAtMs: number;
  #failures = 0;

  constructor(options: PodActsOptions) {
    this.#options = options;
    this.#context = options.context;
    this.#refreshedAtMs = options.context.time.steady();
  }

  remember(name: string, change: Partial<ContainerMemory>): void {
    this.memory.set(name, { ...this.memory.get(name), ...change });
  }

  facts(): PodFacts {
    const { pod, observed } = this.#options.now();
    const { nodeName, address } = this.#context.options;
    const podIps = pod.spec?.hostNetwork ? [address] : (readySandbox(observed)?.ips ?? []);
    return { pod, nodeName, hostAddress: address, podIps, allocatable: this.#context.allocatable };
  }

  act(action: PodAction): void {
    if (action.do === 'create-sandbox') this.#spawn('', 'starting', () => this.#createSandbox(action.attempt));
    else if (action.do === 'stop-sandbox') this.#spawn('', 'stopping', () => this.#context.cri.sandboxStop(action.id));
    else if (action.do === 'start-container') this.#spawn(action.container.name, 'starting', () => this.#start(action));
    else if (action.do === 'resize-container')
      this.#spawn(action.container.name, 'resizing', () => this.#resize(action.container, action.id));
    else this.#spawn(action.container.name, 'stopping', () => this.#stop(action));
  }

  /** A shorter grace reaches containers that are being stopped already. */
  hurry(graceSeconds: number): void {
    const { cri, options } = this.#context;
    for (const c of this.#options.now().observed.containers) {
      if (c.state !== 'running' || this.memory.get(c.name)?.busy !== 'stopping') continue;
      cri.containerStop(c.id, graceSeconds).catch((error: unknown) => {
        options.log.debug('a container could not be stopped sooner', { container: c.name, error: messageOf(error) });
      });
    }
  }

  /** Writes down what the pod was started with, when it differs from what is written. A full disk gets it later. */
  checkpoint(): void {
    const { pod, status } = this.#options.now();
    const { kept } = this.#options;
    const shown = { ...pod, status };
    const text = JSON.stringify([shown, [...kept.keys()].sort(), [...kept.values()]]);
    if (text === this.#checkpointed) return;
    const { log } = this.#context.options;
    try {
      writeCheckpoint(this.#context.paths, { pod: shown, objects: kept });
      this.#checkpointed = text;
      this.#checkpointAtMs = undefined;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      log.warn('a pod is not written down yet', { pod: pod.metadata?.name, error: messageOf(error) });
      this.#checkpointAtMs = this.#context.time.steady() + CHECKPOINT_RETRY_MS;
    }
  }

  /** The same for a pod that has a checkpoint; one that was lost is made anew with all that belongs to it. */
  keepCurrent(): void {
    if (isPresent(this.#context.paths.checkpoint(uidOfPod(this.#options.now().pod)))) this.checkpoint();
  }

  refreshSoon(): void {
    this.#refreshedAtMs = Number.NEGATIVE_INFINITY;
  }

  /** When `refresh` has something to do again. */
  get refreshAtMs(): number | undefined {
    const volumesAtMs = this.#volumes && this.#refreshedAtMs + VOLUME_REFRESH_MS;
    const next = Math.min(volumesAtMs ?? Number.POSITIVE_INFINITY, this.#checkpointAtMs ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(next) ? next : undefined;
  }

  /** Compares volumes made of objects with the objects, and writes down what could not be written before. */
  async refresh(): Promise<void> {
    const { log } = this.#context.options;
    const { steady } = this.#context.time;
    await this.#keepAgain();
    if ((this.#checkpointAtMs ?? Number.POSITIVE_INFINITY) <= steady()) this.checkpoint();
    if (!this.#volumes || this.#refreshedAtMs + VOLUME_REFRESH_MS > steady()) return;
    this.#refreshedAtMs = steady();
    const input = { context: this.#context, facts: this.facts(), kept: this.#options.kept };
    await refreshVolumes(input).catch((error: unknown) => {
      const pod = input.facts.pod.metadata?.name;
      log.debug('the volumes of a pod cannot be brought up to date', { pod, error: messageOf(error) });
    });
    this.checkpoint();
  }

  /** A pod whose checkpoint was lost gets a new one, with its objects as they are now, so that it can do without the API again. */
  async #keepAgain(): Promise<void> {
    const { pod, observed, isWanted } = this.#options.now();
    const { paths, references, options } = this.#context;
    this.#isUnkept ??= observed.sandboxes.length > 0 && !isPresent(paths.checkpoint(uidOfPod(pod)));
    if (!this.#isUnkept || !isWanted) return;
    try {
      for (const key of referencesOf(pod)) {
        const { kind, at } = referenceOf(key);
        await references.read(kind, at, this.#options.kept);
      }
    } catch (error) {
      options.log.debug('a pod cannot be kept yet', { pod: pod.metadata?.name, error: messageOf(error) });
      return;
    }
    this.#isUnkept = false;
    this.checkpoint();
  }

  #spawn(name: string, busy: ContainerMemory['busy'], act: () => Promise<void>): void {
    const { log } = this.#context.options;
    this.remember(name, { busy });
    act()
      .catch((error: unknown) => {
        const pod = this.#options.now().pod.metadata?.name;
        log.warn('an act on a pod failed', { pod, container: name, error: messageOf(error) });
        this.remember(name, { retryAtMs: this.#context.time.steady() + API_RETRY_MS });
      })
      .finally(() => {
        this.remember(name, { busy: undefined });
        this.#options.wake();
      });
  }

  async #createSandbox(attempt: number): Promise<void> {
    const { log } = this.#context.options;
    const { pod } = this.#options.now();
    try {
      this.#config = sandboxConfig(this.#context, pod, attempt);
      this.#volumes = await this.#setUp(this.#config);
      this.#context.references.watch(uidOfPod(pod), referencesOf(pod), () => {
        this.#refreshedAtMs = 0;
        this.#options.wake();
      });
      this.checkpoint();
      this.#failures = 0;
    } catch (error) {
      this.remember('', { retryAtMs: this.#context.time.steady() + backoffDelayMs(SETUP_RETRY, this.#failures++) });
      log.warn('a pod cannot be set up yet', { pod: pod.metadata?.name, error: messageOf(error) });
    }
  }

  #setUp(config?: SandboxConfig): Promise<ReadyVolumes> {
    return setUpPod({
      context: this.#context,
      facts: this.facts(),
      kept: this.#options.kept,
      ...(config ? { config } : {}),
      isWanted: () => this.#options.now().isWanted,
    });
  }

  async #start({ container, kind, attempt, sandboxId }: StartAction): Promise<void> {
    const { observed, pod } = this.#options.now();
    const sandbox = observed.sandboxes.find((s) => s.id === sandboxId);
    this.#config ??= sandboxConfig(this.#context, pod, sandbox?.attempt ?? 0);
    this.#volumes ??= await this.#setUp();
    const outcome = await startContainer({
      context: this.#context,
      facts: this.facts(),
      kept: this.#options.kept,
      volumes: this.#volumes,
      observed,
      sandboxId,
      sandboxConfig: this.#config,
      container,
      kind,
      attempt,
      isWanted: () => {
        const now = this.#options.now();
        return now.isWanted && now.observed.sandboxes.some((s) => s.id === sandboxId && s.ready);
      },
    });
    if (outcome.kind === 'waiting') {
      const retryAtMs = outcome.retryAtMs ?? this.#context.time.steady() + API_RETRY_MS;
      this.remember(container.name, { waiting: { reason: outcome.reason, message: outcome.message }, retryAtMs });
      return;
    }
    this.remember(container.name, { waiting: undefined, retryAtMs: undefined });
    if (outcome.kind === 'given up') return;
    const { containerId } = outcome;
    this.remember(container.name, { applied: { containerId, resources: container.resources ?? {} } });
    if (outcome.kind === 'hook failed') {
      this.remember(container.name, { waiting: { reason: 'PostStartHookError', message: outcome.message } });
      const graceSeconds = pod.spec?.terminationGracePeriodSeconds ?? 30;
      await this.#stop({ do: 'stop-container', id: containerId, container, graceSeconds, why: 'pod ends' });
    }
    this.checkpoint();
  }

  #stop({ id: containerId, container, graceSeconds, why }: StopAction): Promise<void> {
    const { pod, podIps } = this.facts();
    const podIp = podIps[0] ?? '';
    return stopContainer({ context: this.#context, pod, container, containerId, podIp, graceSeconds, why });
  }

  /** The pod's group may never hold less than its containers: it grows before them, and shrinks after them. */
  async #resize(container: Container, containerId: string): Promise<void> {
    const { cri, cgroups, options } = this.#context;
    const { pod, status } = this.#options.now();
    const shown = status.containerStatuses?.find((s) => s.name === container.name)?.resources;
    const before: Pod = {
      ...pod,
      spec: { ...pod.spec, containers: pod.spec?.containers.map((c) => ({ ...c })) ?? [] },
    };
    const old = before.spec?.containers.find((c) => c.name === container.name);
    if (old && shown) old.resources = shown;
    const grows = podAmounts(pod, 'limits').cpuMillis >= podAmounts(before, 'limits').cpuMillis;
    if (grows) setPodLimits(cgroups, options.cgroupRoot, pod);
    await cri.containerUpdate(containerId, linuxResources(pod, container, options.capacity.memoryBytes));
    if (!grows) setPodLimits(cgroups, options.cgroupRoot, pod);
    this.remember(container.name, { applied: { containerId, resources: container.resources ?? {} } });
    const message = `Container ${container.name} was given other resources`;
    this.#context.recordEvent(pod, {
      type: 'Normal',
      reason: 'Resized',
      message,
      fieldPath: fieldPathOf(pod, container),
    });
    this.checkpoint();
  }
}
