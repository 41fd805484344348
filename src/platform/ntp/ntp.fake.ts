// Time servers that say what a test wants: by name, their time off the truth, silence, or a kiss of death.
import { WorldError } from '#base';
import type { NtpClient } from './client.ts';

export type FakeServer = { readonly offMs: number } | { readonly kiss: string } | 'silent';

/** `trueMs` is the time by which servers are off. */
export function fakeNtp(of: { trueMs(): number; servers: Readonly<Record<string, FakeServer>> }): NtpClient & {
  readonly asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    async ask(server) {
      asked.push(server);
      const fake = of.servers[server] ?? 'silent';
      if (fake === 'silent') throw new WorldError('Unavailable', `${server} is silent`);
      if ('kiss' in fake) return { kind: 'kiss', code: fake.kiss };
      return { kind: 'time', timeMs: of.trueMs() + fake.offMs, uncertaintyMs: 50 };
    },
  };
}
