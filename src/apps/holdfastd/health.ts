// Whether the site does what it is for: processes ready, the API answering, nodes Ready. Looked at often while it starts,
// seldom afterwards, and afresh for whoever asks.
import type { Site, SiteCondition, SiteFolders, SitePhase } from '#model/site';
import { type Clock, rfc3339, type Timer } from '#platform/clock';
import { diskFreeBytes, isPresent } from '#platform/disk';
import { httpsJsonAsker } from '#platform/net';
import { openPki } from '#services/infrastructure';
import type { Supervisor } from '#services/supervisor';
import type { ErrorAnswer } from '../error-answer.ts';
import { failureOf } from '../site-files.ts';
import { type ConditionFact, conditionFacts } from './conditions.ts';

const STARTING_POLL_MS = 50;
const RUNNING_POLL_MS = 5_000;
const ANSWER_MS = 3_000;

export interface Health {
  readonly phase: SitePhase;
  readonly apiAnswers: boolean;
  readonly readyNodes: ReadonlySet<string>;
  readonly waitingFor: readonly string[];
  readonly conditions: readonly SiteCondition[];
  /** Why a process that is needed cannot start before somebody does something. */
  readonly failure?: ErrorAnswer;
}

export interface HealthWatch {
  look(): Promise<Health>;
  close(): void;
}

interface NodeDocument {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

const isReadyNode = (node: NodeDocument): boolean =>
  node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;

/** `changed` is told every new phase and what is still missing. */
export function watchHealth(of: {
  site: Site;
  folders: SiteFolders;
  supervisor: Supervisor;
  clock: Clock;
  /** Names of processes that must be ready; empty until all are declared. */
  needed(): readonly string[];
  /** Why doors on the outside address are not open. */
  doorProblems(): readonly string[];
  changed(health: Health): void;
}): HealthWatch {
  const { site, folders, supervisor, clock } = of;
  let timer: Timer | undefined;
  let wasReady = false;
  let closed = false;
  const since = new Map<string, { readonly status: string; readonly at: string }>();
  let asker: ReturnType<typeof httpsJsonAsker> | undefined;

  const askNodes = async (): Promise<ReadonlySet<string> | undefined> => {
    if (!supervisor.isRunning('kube')) return undefined;
    const pki = openPki(folders.pki);
    const { apiAddress: host } = site.network;
    const caPem = pki.anchor('kubernetes-servers');
    asker ??= httpsJsonAsker({ host, port: site.ports.api, caPem, ...pki.leaf('supervisor'), timeoutMs: ANSWER_MS });
    try {
      const { status, body } = await asker.get('/api/v1/nodes');
      const items = (body as { items?: readonly NodeDocument[] } | undefined)?.items;
      return status === 200 && items ? new Set(items.filter(isReadyNode).map((node) => node.metadata.name)) : undefined;
    } catch {
      // Not answering is what is asked here; a new connection may be luckier, with certificates read anew.
      asker.close();
      asker = undefined;
      return undefined;
    }
  };
  const failureText = (name: string): string | undefined => {
    const failure = failureOf(folders, name);
    return failure && [failure.message, failure.cure].filter(Boolean).join('; ');
  };
  const reserveUsed = (): boolean =>
    site.clusters.some(({ name }) => {
      const folder = folders.clusterState(name);
      return isPresent(`${folder}/store.db`) && !isPresent(`${folder}/ballast`);
    });
  /** A condition since when it is as it is. */
  const dated = (fact: ConditionFact): SiteCondition => {
    const status = fact.holds ? 'True' : 'False';
    const before = since.get(fact.type);
    const at = before?.status === status ? before.at : rfc3339(clock.now());
    since.set(fact.type, { status, at });
    return { type: fact.type, status, reason: fact.reason, message: fact.message, since: at };
  };
  const look = async (): Promise<Health> => {
    const readyNodes = await askNodes();
    const states = supervisor.states();
    const needed = of.needed();
    const notReady = needed.flatMap((name) => {
      const state = states.find((one) => one.name === name);
      if (state?.phase === 'ready') return [];
      return state?.unstable ? [`${name} (keeps dying: ${failureText(name) ?? state.lastEnd})`] : [name];
    });
    const nodesMissing = site.machines
      .filter((machine) => !readyNodes?.has(machine.name))
      .map((m) => `machine ${m.name}`);
    if (reserveUsed()) notReady.push('room on the disk');
    const waitingFor = [...notReady, ...(readyNodes ? nodesMissing : ['the Kubernetes API', ...nodesMissing])];
    const whole = needed.length > 0 && waitingFor.length === 0;
    wasReady ||= whole;
    const dying = states
      .filter((state) => state.unstable)
      .map(({ name, lastEnd }) => ({ name, lastEnd: failureText(name) ?? lastEnd }));
    return {
      // What keeps dying while it starts is no start any more.
      phase: whole ? 'Ready' : wasReady || dying.length > 0 ? 'Degraded' : 'Starting',
      apiAnswers: readyNodes !== undefined,
      readyNodes: readyNodes ?? new Set(),
      waitingFor,
      failure: needed
        .filter((name) => states.find((one) => one.name === name)?.phase !== 'ready')
        .map((name) => failureOf(folders, name))
        .find(Boolean),
      conditions: conditionFacts({
        apiAnswers: readyNodes !== undefined,
        nodesMissing,
        dying,
        outsideAddress: site.outsideAddress,
        freeBytes: diskFreeBytes(folders.data),
        reserveUsed: reserveUsed(),
        closedDoors: of.doorProblems(),
      }).map(dated),
    };
  };
  let lastTold = '';
  const pass = async (): Promise<void> => {
    const health = await look();
    if (closed) return;
    const told = `${health.phase} ${health.waitingFor.join()} ${health.failure?.message}`;
    if (told !== lastTold) of.changed(health);
    lastTold = told;
    timer = clock.after(
      health.phase === 'Ready' ? RUNNING_POLL_MS : STARTING_POLL_MS * (wasReady ? 20 : 1),
      () => void pass(),
    );
  };
  void pass();
  return {
    look,
    close: () => {
      closed = true;
      timer?.cancel();
      asker?.close();
    },
  };
}
