// The app `holdfastd`: supervisor of one site. Opens its socket first, then starts or adopts everything else.
import { messageOf, WorldError } from '#base';
import { endPods } from '#host';
import { GUARD_NAME, ownNode, type SitePhase, type SiteStatus, type SupervisorAnswer } from '#model/site';
import { openCgroups } from '#platform/cgroup';
import { tryLock } from '#platform/process';
import { serveLines } from '#platform/socket';
import { type CertificateKeeper, keepCertificates, openGrants, openPeople, openPki } from '#services/infrastructure';
import { type Measuring, readUsage, startMeasuring } from '#services/journal';
import { openProcessRecords, startSupervisor } from '#services/supervisor';
import { auditedAnswers } from './audited-answers.ts';
import { errorAnswer } from './error-answer.ts';
import { accessAnswer } from './holdfastd/access.ts';
import { answerClock } from './holdfastd/clock-verbs.ts';
import { clusterApi } from './holdfastd/cluster-api.ts';
import { type ControlVerbs, control } from './holdfastd/control.ts';
import { siteDrills } from './holdfastd/drills.ts';
import { dyingText, guardProcess, ownDeaths, recordGuard } from './holdfastd/guard.ts';
import { watchHealth } from './holdfastd/health.ts';
import { measuredNow, telemetryIsOn } from './holdfastd/measured.ts';
import { dismissVoters } from './holdfastd/pair/leave-pair.ts';
import { pairSurroundings } from './holdfastd/pair/pair-keys.ts';
import { pairRestarts } from './holdfastd/pair/pair-restarts.ts';
import { pairFacts, pairStatus, redundancy } from './holdfastd/pair/pair-status.ts';
import { RESTART_EXIT, restartNode } from './holdfastd/pair/restart-node.ts';
import { type StartedPair, startPair } from './holdfastd/pair/start-pair.ts';
import { makeProgress } from './holdfastd/progress.ts';
import { salvageRecords } from './holdfastd/salvage-records.ts';
import { type StartedSite, startSite } from './holdfastd/start-site.ts';
import { ownProcesses, runningStatus } from './holdfastd/status.ts';
import { siteTimekeeper } from './holdfastd/timekeeping.ts';
import { oldKeyIsNeeded } from './holdfastd/token-holders.ts';
import { programBeside } from './program.ts';
import { appStart, stopOnSignal } from './site-files.ts';
import { openSiteJournal } from './site-journal.ts';

const { site, folders, clock, log, ready } = appStart('holdfastd');
const lock = tryLock(folders.supervisorLock);
if (lock.kind === 'busy') {
  log.error('another holdfastd keeps this site', { pid: lock.holder.pid });
  // No failure to a guard: there is nothing to start again.
  process.exit(0);
}
const real = site.runtime === 'containerd';
const { journal, events, audit } = openSiteJournal({ folders, process: 'holdfastd', clock, log });
const timekeeper = siteTimekeeper({ site, folders, events, log });
const startedAtMs = clock.now();
const startedMonotonicMs = clock.monotonicMs();
const cgroups = real ? openCgroups() : undefined;
await salvageRecords({ folders, clock, events });
const records = openProcessRecords({ file: folders.processes, clock, log });
const supervisor = startSupervisor({ clock, log, events, records, cgroups, logFile: folders.log });
const deaths = ownDeaths(folders);
const byGuard = recordGuard({
  records,
  startedBy: process.env.HOLDFAST_GUARD,
  parent: process.ppid,
  now: startedAtMs,
});
const progress = makeProgress(clock);
/** How the events of the site call what is done to people. */
const ACTS = {
  created: 'UserCreated',
  'kubeconfig-issued': 'KubeconfigIssued',
  granted: 'RightsGranted',
  revoked: 'AccessRevoked',
  deleted: 'UserDeleted',
} as const;
/** What comes to be while it runs. */
const running: {
  started?: StartedSite;
  pair?: StartedPair;
  keeper?: CertificateKeeper;
  measuring?: Measuring;
  toldPhase?: SitePhase;
} = {};

const api = clusterApi({ site, folders, clock, log });
const program = programBeside(import.meta.filename);
const drills = siteDrills({ site, folders, timekeeper, ask: api.ask, clock, events, log, program });
const people = openPeople({
  site,
  folders,
  clock,
  grants: openGrants(api.ask),
  record: ({ act, user, message }) =>
    events.add({ type: 'Normal', subject: `user ${user}`, reason: ACTS[act], message }),
});

const health = watchHealth({
  site,
  folders,
  supervisor,
  clock,
  ask: api.ask,
  needed: () => running.started?.needed ?? [],
  ownEnd: () => dyingText(deaths, clock.monotonicMs() - startedMonotonicMs),
  clockCondition: () => timekeeper.condition(),
  doorProblems: () => running.started?.doors.problems() ?? [],
  missingVoters: () => (running.pair ? pairFacts(site, running.pair).missing : []),
  pairFacts: () => (running.pair ? [redundancy(site, running.pair)] : []),
  changed: ({ phase, waitingFor, failure }) => {
    if (failure) progress.fail(failure);
    else progress.phase(phase, waitingFor);
    if (phase === running.toldPhase) return;
    running.toldPhase = phase;
    events.add({
      type: phase === 'Degraded' ? 'Warning' : 'Normal',
      subject: site.name,
      reason: phase,
      message: waitingFor.length > 0 ? `waiting for ${waitingFor.join(', ')}` : 'everything needed runs',
    });
  },
});

/** `guarded`: it is started again. */
async function letGo({ guarded = false } = {}): Promise<void> {
  // An orderly end is no death.
  if (!guarded) await supervisor.stop(GUARD_NAME);
  await liveness.close();
  health.close();
  running.keeper?.close();
  api.close();
  supervisor.release();
  drills.close();
  timekeeper.close();
  await running.started?.doors.close();
  running.pair?.release();
  await running.measuring?.stop();
  await journal.close();
  lock.kind === 'held' && lock.release();
}

async function* stop(how: { keepPods: boolean; leavesPair?: boolean }): AsyncGenerator<SupervisorAnswer> {
  const { keepPods, leavesPair = false } = how;
  if (keepPods && site.pair && !leavesPair)
    throw new WorldError('Unsupported', 'pods of a site of two nodes run only while their node holds its lease', {
      cure: 'leave --keep-pods out; to restart one node after the other: holdfast node restart',
    });
  await audit({ act: 'stop', door: 'command-line', keepPods, outcome: 'begun' });
  health.close();
  running.keeper?.close();
  const began = clock.monotonicMs();
  await supervisor.stop(GUARD_NAME);
  // Containers and their containerd are left to whoever asked: it knows whether pods stay.
  const names = supervisor
    .states()
    .map(({ name }) => name)
    .filter((name) => !running.started?.onDemand.has(name));
  const nodes = names.filter((name) => name.startsWith('agent-'));
  await Promise.all(nodes.map((name) => supervisor.stop(name)));
  if (running.pair && leavesPair) await running.pair.leave();
  else if (running.pair) {
    // What runs under the node's lease ends before that is handed back.
    if (cgroups) await endPods({ site, cgroups, clock });
    await running.pair.stop();
  }
  await Promise.all(names.map((name) => supervisor.stop(name)));
  yield { kind: 'step', step: `${names.length} processes ended`, tookMs: Math.round(clock.monotonicMs() - began) };
  events.add({ type: 'Normal', subject: site.name, reason: 'Stopped', message: 'the site was stopped' });
  await letGo();
  yield { kind: 'done' };
  setImmediate(() => void server.close().then(() => process.exit(0)));
}

/** Of a node of a pair: its guard starts it again. */
async function restart(id: string): Promise<void> {
  if (!running.pair) throw new WorldError('Unavailable', 'this node is starting');
  health.close();
  running.keeper?.close();
  await restartNode({
    ...{ id, folders, supervisor, log },
    endPods: () => (cgroups ? endPods({ site, cgroups, clock }) : Promise.resolve()),
    leave: () => running.pair?.stop('coming back') ?? Promise.resolve(),
    letGo: () => letGo({ guarded: true }),
  });
  process.exit(RESTART_EXIT);
}

const statusNow = async (): Promise<SiteStatus> => {
  const own = runningStatus({
    ...{ site, folders, supervisor, startedAtMs, deaths },
    health: await health.look(),
    now: clock.now(),
  });
  return running.pair ? pairStatus(own, { site, pair: running.pair }) : own;
};
const verbs: ControlVerbs = {
  status: statusNow,
  watchStart: () => progress.watch(),
  stop,
  dismiss: (request) => dismissVoters({ site, pair: running.pair, clock }, request),
  ensure: async (name) => {
    const declaration = running.started?.onDemand.get(name);
    if (!declaration) throw new WorldError('NotFound', `no process ${name} can be asked for`);
    supervisor.run(declaration);
    await supervisor.ready(name);
  },
  access: async (request) => {
    const { pair } = running;
    const changes = !READ_ONLY.has(request.verb);
    if (pair && changes && !running.keeper) throw notControlling(pair);
    const answer = await accessAnswer({ site, folders, clock, people, keeper: runningKeeper }, request);
    // What was taken back from somebody is taken back on the other node too.
    if (changes) await pair?.shared.publish();
    return answer;
  },
  clock: (request) => answerClock(timekeeper, request),
  drills,
  forecast: () => running.pair?.forecast(),
  nodeRestart: pairRestarts(site, () => running.pair),
  usage: () => readUsage(folders.journal('holdfastd')),
  refused: (refusal) => audit({ act: 'refused', door: 'command-line', ...refusal }),
};
const server = await serveLines(folders.supervisorSocket, (line) => auditedAnswers(audit, line, control(verbs, line)));
const READ_ONLY: ReadonlySet<string> = new Set(['certificate-list', 'user-list']);
function notControlling({ failover }: StartedPair): WorldError {
  const controller = failover.seen?.controller;
  return new WorldError('Unavailable', `${ownNode(site)} does not control the site, so nothing is changed here`, {
    cure: controller === undefined ? 'try again when a node controls: holdfast status' : `do it on ${controller}`,
  });
}
/** Errors: WorldError `Unavailable` while the site starts. */
function runningKeeper(): CertificateKeeper {
  if (running.keeper) return running.keeper;
  throw new WorldError('Unavailable', 'the site is starting', { cure: 'try again when it is up: holdfast status' });
}
const liveness = await ready();
stopOnSignal(log, () => letGo());
if (byGuard) {
  const wasOrderly = process.env.HOLDFAST_RESTARTED === '1';
  const message = `it had ended, and was started again (${deaths.inARow} in a row)`;
  if (wasOrderly)
    events.add({ type: 'Normal', subject: 'holdfastd', reason: 'Restarted', message: 'it was restarted' });
  else events.add({ type: 'Warning', subject: 'holdfastd', reason: 'StartedAgain', message });
}
log.info('started', { site: site.name, data: folders.data });

// Nothing that reads a clock starts before the site's time is decided.
await timekeeper.settled();
const declaring = { site, folders, program, systemCgroup: real ? `/holdfast-${site.id}/system` : undefined };
try {
  const starting = { site, folders, declaring, supervisor, progress, clock, log };
  if (site.pair) {
    running.pair = await startPair({
      ...starting,
      pair: site.pair,
      events,
      ask: api.ask,
      restart,
      controlIs: (here) => (here ? keepRunning() : stopKeeping()),
      ownStatus: () => ({
        phase: running.toldPhase ?? 'Starting',
        processes: ownProcesses({ site, supervisor, startedAtMs, deaths }),
      }),
    });
    running.started = running.pair;
  } else running.started = await startSite(starting);
} catch (error) {
  // Half a site is taken back: whoever brings it up is told why, and removes the rest. What ran before runs on.
  log.error('the site cannot be started', { error });
  events.add({ type: 'Warning', subject: site.name, reason: 'StartFailed', message: messageOf(error) });
  health.close();
  progress.fail(errorAnswer(error));
  if (!byGuard) await Promise.all(supervisor.states().map(({ name }) => supervisor.stop(name)));
  await letGo();
  await server.close();
  process.exit(1);
}
supervisor.run(guardProcess(declaring, ownNode(site)));
if (!site.pair) keepRunning();

/** What one node of a site alone does: the one that controls. */
function keepRunning(): void {
  running.keeper ??= keepCertificates({
    site,
    folders,
    clock,
    log,
    renewed: ({ name, what }) =>
      events.add({ type: 'Normal', subject: `certificate ${name}`, reason: 'Renewed', message: what }),
    ...(running.pair && { pair: pairSurroundings(running.pair, folders) }),
    tokensHeld: () => oldKeyIsNeeded(api.ask, openPki(folders.pki)),
  });
}
function stopKeeping(): void {
  running.keeper?.close();
  running.keeper = undefined;
}

running.measuring = startMeasuring({
  journal,
  clock,
  log,
  look: async () => measuredNow({ status: await statusNow(), folders, ask: api.ask }),
  telemetryIsOn: () => telemetryIsOn(folders, clock.now()),
});
