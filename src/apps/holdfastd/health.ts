// Whether the site does what it is for: processes ready, the API answering, nodes Ready. Looked at often while it starts,
// seldom afterwards, and afresh for whoever asks.
import type { Site, SiteCondition, SiteFolders, SitePhase } from '#model/site';
import type { Clock, Timer } from '#platform/clock';
import { diskFreeBytes, isPresent } from '#platform/disk';
import type { AskCluster } from '#services/infrastructure';
import type { Supervisor } from '#services/supervisor';
import type { ErrorAnswer } from '../error-answer.ts';
import { failureOf } from '../site-files.ts';
import { readyNodes as readyNodesNow } from './ask-nodes.ts';
import { type ConditionFact, conditionDates, conditionFacts } from './conditions.ts';

const STARTING_POLL_MS = 50;
const RUNNING_POLL_MS = 5_000;

export interface Health {
  readonly phase: SitePhase;
  readonly apiAnswers: boolean;
  readonly readyNodes: ReadonlySet<string>;
  readonly waitingFor: readonly string[];
  readonly conditions: readonly SiteCondition[];
  /** Why a process that is needed cannot start before somebody does something. */
  readonly failure?: ErrorAnswer;
}

type Assessed = Omit<Health, 'conditions'> & { readonly facts: readonly ConditionFact[] };

export interface HealthWatch {
  look(): Promise<Health>;
  close(): void;
}

export interface Watched {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly supervisor: Supervisor;
  readonly clock: Clock;
  readonly ask: AskCluster;
  /** Names of processes that must be ready; empty until all are declared. */
  needed(): readonly string[];
  /** How holdfastd itself last ended, when it keeps dying. */
  ownEnd(): string | undefined;
  /** Whether the site's time is trusted, and what it rests on. */
  clockCondition(): Omit<ConditionFact, 'type'>;
  /** Why doors on the outside address are not open. */
  doorProblems(): readonly string[];
  /** Of a pair: who of its voters does not answer, and whether nobody controls, as they are told. */
  missingVoters(): readonly string[];
  /** What is told of a pair beside what is told of every site. */
  pairFacts(): readonly ConditionFact[];
}

function failureText(folders: SiteFolders, name: string): string | undefined {
  const failure = failureOf(folders, name);
  return failure && [failure.message, failure.cure].filter(Boolean).join('; ');
}

/** The processes that are needed and not ready, as they are told, and why one cannot start. */
function missingProcesses(of: Watched): { notReady: string[]; failure?: ErrorAnswer } {
  const states = new Map(of.supervisor.states().map((state) => [state.name, state]));
  const missing = of.needed().filter((name) => states.get(name)?.phase !== 'ready');
  return {
    notReady: missing.map((name) => {
      const state = states.get(name);
      return state?.unstable ? `${name} (keeps dying: ${failureText(of.folders, name) ?? state.lastEnd})` : name;
    }),
    failure: missing.map((name) => failureOf(of.folders, name)).find(Boolean),
  };
}

function dyingProcesses(of: Watched): { name: string; lastEnd?: string }[] {
  const ownEnd = of.ownEnd();
  const own = ownEnd === undefined ? [] : [{ name: 'holdfastd', lastEnd: ownEnd }];
  return of.supervisor
    .states()
    .filter((state) => state.unstable)
    .map(({ name, lastEnd }) => ({ name, lastEnd: failureText(of.folders, name) ?? lastEnd }))
    .concat(own);
}

/** A store has given away the room that it keeps for deletes. */
function reserveUsed({ site, folders }: Watched): boolean {
  return site.clusters.some(({ name }) => {
    const folder = folders.clusterState(name);
    return isPresent(`${folder}/store.db`) && !isPresent(`${folder}/ballast`);
  });
}

/** How the site is. `wasReady`: it has been whole since this began. */
function assess(of: Watched, readyNodes: ReadonlySet<string> | undefined, wasReady: boolean): Assessed {
  const { site, folders } = of;
  const { notReady, failure } = missingProcesses(of);
  const noRoom = reserveUsed(of);
  const nodesMissing = site.machines
    .filter((machine) => !readyNodes?.has(machine.name))
    .map((machine) => `machine ${machine.name}`);
  const waitingFor = [
    ...notReady,
    ...(noRoom ? ['room on the disk'] : []),
    ...(readyNodes ? [] : ['the Kubernetes API']),
    ...nodesMissing,
    ...of.missingVoters(),
  ];
  const dying = dyingProcesses(of);
  const whole = of.needed().length > 0 && waitingFor.length === 0;
  return {
    // What keeps dying while it starts is no start any more.
    phase: whole ? 'Ready' : wasReady || dying.length > 0 ? 'Degraded' : 'Starting',
    apiAnswers: readyNodes !== undefined,
    readyNodes: readyNodes ?? new Set(),
    waitingFor,
    failure,
    facts: [
      ...conditionFacts({
        apiAnswers: readyNodes !== undefined,
        nodesMissing,
        dying,
        outsideAddress: site.outsideAddress,
        freeBytes: diskFreeBytes(folders.data),
        reserveUsed: noRoom,
        clock: of.clockCondition(),
        closedDoors: of.doorProblems(),
      }),
      ...of.pairFacts(),
    ],
  };
}

/** `changed` is told every new phase and what is still missing. */
export function watchHealth(of: Watched & { changed(health: Health): void }): HealthWatch {
  const { supervisor, clock } = of;
  const dated = conditionDates(clock);
  let timer: Timer | undefined;
  let wasReady = false;
  let closed = false;
  const look = async (): Promise<Health> => {
    const readyNodes = supervisor.isRunning('kube') ? await readyNodesNow(of.ask) : undefined;
    const { facts, ...health } = assess(of, readyNodes, wasReady);
    wasReady ||= health.phase === 'Ready';
    return { ...health, conditions: facts.map(dated) };
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
    },
  };
}
