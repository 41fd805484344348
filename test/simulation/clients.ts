// Everybody who shows a credential in a simulated site: our own processes and node agents, people with kubeconfigs, pods with tokens,
// and foreign programs, which judge by the machine's system clock. Every refusal is told; the checkers say which one may be.
import type { TokenLife } from '../../src/services/node-agent/volumes/tokens.plan.ts';
import { names } from './disk.ts';
import { usersOf } from './people.ts';
import { type Pki, SPECS } from './pki.ts';
import type { Timekeeper } from './timekeeper.ts';
import { DAY_MS, HOUR_MS, type Shared, YEAR_MS } from './world.ts';

/** Pods, by how long their tokens live: an hour, and the year that Kubernetes gives to programs that never read again. */
const PODS = [
  { name: 'hour', lifeMs: 3_607_000 },
  { name: 'day', lifeMs: 24 * HOUR_MS },
  { name: 'year', lifeMs: YEAR_MS },
] as const;

const tokenFile = names('token');

export class Clients {
  readonly #shared: Shared;
  readonly #clock: Timekeeper;
  readonly #pki: Pki;

  constructor(shared: Shared, clock: Timekeeper, pki: Pki) {
    this.#shared = shared;
    this.#clock = clock;
    this.#pki = pki;
  }

  /** Node agents renew the tokens that are due. In a quiet stretch they did so all along: then the last time was some while ago.
   * Errors: Crash. */
  renewTokens(isQuiet: boolean): void {
    const { rules, disk, random } = this.#shared;
    const now = this.#clock.now();
    for (const { name, lifeMs } of PODS) {
      const old = disk.read<TokenLife>(tokenFile(name));
      if (old && !rules.isTokenDue(old, now)) continue;
      const ageMs = isQuiet ? Math.min(0.8 * lifeMs, 6 * HOUR_MS) * random.next() : 0;
      const issuedAtMs = Math.round(now - ageMs);
      disk.write(tokenFile(name), { issuedAtMs, expiresAtMs: issuedAtMs + lifeMs });
    }
  }

  /** Everybody comes once. */
  come(): void {
    this.#leaves();
    this.#people();
    const { disk, rules, see } = this.#shared;
    const between = this.#clock.between();
    for (const { name } of PODS) {
      const token = disk.read<TokenLife>(tokenFile(name));
      const problem = token && rules.tokenVerdict(token, between);
      if (problem !== undefined)
        see({ kind: 'refused', who: { kind: 'pod', name, endMs: token?.expiresAtMs ?? 0 }, problem });
    }
  }

  #leaves(): void {
    const { rules, see } = this.#shared;
    const { systemMs } = this.#clock.reading();
    const between = this.#clock.between();
    for (const { name, authority, life } of SPECS) {
      const leaf = this.#pki.leaf(name);
      if (!leaf) continue;
      const endMs = leaf.notAfterMs;
      const lives = [{ notBeforeMs: 0, notAfterMs: this.#pki.endMs(authority, leaf.generation) }, leaf];
      const show = (kind: 'agent' | 'foreign', problem: string | undefined): void => {
        if (problem !== undefined) see({ kind: 'refused', who: { kind, name, endMs }, problem });
      };
      show('agent', rules.certificateProblem({ kind: 'good', lives }, between));
      if (!this.#pki.isTrusted(authority, leaf.generation)) show('agent', 'its authority is not trusted');
      if (life === 'site')
        show(
          'foreign',
          rules.certificateProblem({ kind: 'good', lives }, { earliestMs: systemMs, latestMs: systemMs }),
        );
    }
  }

  #people(): void {
    const { rules, see, nowMs, wallet } = this.#shared;
    const between = this.#clock.between();
    const isTakenBack = rules.takenBack(usersOf(this.#shared));
    for (const held of wallet) {
      const { name, serialNumber, generation } = held;
      // Whoever was refused for two days gets himself another one.
      if (nowMs > held.notAfterMs + 2 * DAY_MS) continue;
      const who = { kind: 'person', name, endMs: held.notAfterMs } as const;
      const anchor = { notBeforeMs: 0, notAfterMs: this.#pki.endMs('kubernetes-clients', generation) };
      const problem = rules.certificateProblem({ kind: 'good', lives: [anchor, held] }, between);
      const isTrusted = this.#pki.isTrusted('kubernetes-clients', generation);
      const isOut = isTakenBack({ commonName: name, organizations: [], serialNumber });
      if (isOut && held.shutOut === 'no') see({ kind: 'refused', who, problem: 'it was taken back' });
      else if (isOut || held.shutOut === 'asked') continue;
      else if (problem !== undefined) see({ kind: 'refused', who, problem });
      else if (!isTrusted) see({ kind: 'refused', who, problem: 'its authority is not trusted' });
      else if (held.shutOut === 'done') see({ kind: 'let-in', name });
    }
  }
}
