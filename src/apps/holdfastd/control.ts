// Answers holdfastd's socket: what each verb does.
import {
  type AccessAnswer,
  type AccessRequest,
  type ClockStatus,
  type NodeRestart,
  type PairForecast,
  PROTOCOL_VERSION,
  type SiteStatus,
  type SupervisorAnswer,
  type SupervisorRequest,
  type UsageSum,
} from '#model/site';
import type { DrillKeeper } from '#services/drills';
import { versionedAnswers } from '../versioned-answers.ts';
import type { ClockRequest } from './clock-verbs.ts';

export interface ControlVerbs {
  status(): Promise<SiteStatus>;
  watchStart(): AsyncIterable<SupervisorAnswer>;
  stop(options: { keepPods: boolean; leavesPair?: boolean }): AsyncIterable<SupervisorAnswer>;
  /** Takes voters of a pair out of it for good. */
  dismiss(request: { voters: readonly string[]; dead?: string }): Promise<void>;
  ensure(process: string): Promise<void>;
  /** Everything about certificates and people. */
  access(request: AccessRequest): Promise<AccessAnswer>;
  clock(request: ClockRequest): ClockStatus;
  readonly drills: Pick<DrillKeeper, 'begin' | 'end'>;
  /** Of a pair, once it was worked out. */
  forecast(): PairForecast | undefined;
  /** Of a pair: rolling restarts of its voters. */
  readonly nodeRestart: {
    begin(request: { readonly name?: string; readonly drainMs: number }): Promise<NodeRestart>;
    state(): Promise<NodeRestart | null>;
  };
  usage(): readonly UsageSum[];
  /** The guard at another door refused something. */
  refused(refusal: { operation: string; plane: string; mode: string }): Promise<unknown>;
}

async function* answers(verbs: ControlVerbs, request: SupervisorRequest): AsyncGenerator<SupervisorAnswer> {
  switch (request.verb) {
    case 'status':
      yield { kind: 'status', status: await verbs.status() };
      break;
    case 'watch-start':
      yield* verbs.watchStart();
      break;
    case 'stop':
      yield* verbs.stop(request);
      break;
    case 'dismiss':
      await verbs.dismiss(request);
      yield { kind: 'done' };
      break;
    case 'ensure':
      await verbs.ensure(request.process);
      yield { kind: 'done' };
      break;
    case 'clock':
    case 'clock-confirm':
    case 'clock-sample':
    case 'clock-drill':
      yield { kind: 'clock', clock: verbs.clock(request) };
      break;
    case 'drill-begin':
      verbs.drills.begin(request.drill, request.owner);
      yield { kind: 'done' };
      break;
    case 'drill-end':
      await verbs.drills.end(request.owner);
      yield { kind: 'done' };
      break;
    case 'forecast':
      yield { kind: 'forecast', forecast: verbs.forecast() ?? null };
      break;
    case 'node-restart':
      yield { kind: 'node-restart', restart: await verbs.nodeRestart.begin(request) };
      break;
    case 'node-restart-show':
      yield { kind: 'node-restart', restart: await verbs.nodeRestart.state() };
      break;
    case 'usage':
      yield { kind: 'usage', days: verbs.usage() };
      break;
    case 'told-refusal': {
      const { operation, plane, mode } = request;
      await verbs.refused({ operation, plane, mode });
      yield { kind: 'done' };
      break;
    }
    default:
      yield await verbs.access(request);
  }
}

/** Never throws: failures are answers. */
export const control = (verbs: ControlVerbs, line: unknown): AsyncIterable<SupervisorAnswer> =>
  versionedAnswers({ speaks: 'holdfastd speaks', version: PROTOCOL_VERSION }, line, (request: SupervisorRequest) =>
    answers(verbs, request),
  );
