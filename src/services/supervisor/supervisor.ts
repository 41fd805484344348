// Keeps the declared processes running and their logs bounded.
import { present, WorldError } from '#base';
import type { Timer } from '#platform/clock';
import { fileBytes, rotateInPlace } from '#platform/disk';
import { bootId } from '#platform/process';
import type { Supervisor } from './contract.ts';
import { LOG_BYTES_MAX, LOG_CHECK_MS } from './limits.ts';
import { Supervised, type Surroundings } from './supervised.ts';

export function startSupervisor(surroundings: Surroundings): Supervisor {
  const processes = new Map<string, Supervised>();
  const named = (name: string): Supervised => {
    const found = processes.get(name);
    if (!found) throw new WorldError('NotFound', `no process ${name} is declared`, { subject: name });
    return found;
  };
  let logTimer: Timer;
  const checkLogs = (): void => {
    for (const name of processes.keys()) {
      const file = surroundings.logFile(name);
      if (fileBytes(file) > LOG_BYTES_MAX) rotateInPlace(file);
    }
    logTimer = surroundings.clock.after(LOG_CHECK_MS, checkLogs, { background: true });
  };
  checkLogs();
  return {
    run: (declaration) => {
      if (processes.has(declaration.name)) return;
      processes.set(declaration.name, new Supervised(declaration, surroundings));
      present(processes.get(declaration.name), 'a process just declared is there').begin();
    },
    ready: (name) => named(name).ready(),
    isRunning: (name) => processes.get(name)?.state.pid !== undefined,
    wasRun: (name) => surroundings.records.get(name)?.identity.bootId === bootId(),
    restart: (name) => named(name).restart(),
    stop: async (name) => {
      await processes.get(name)?.stop();
      processes.delete(name);
    },
    states: () => [...processes.values()].map((process) => process.state),
    release: () => {
      logTimer.cancel();
      for (const process of processes.values()) process.release();
    },
  };
}
