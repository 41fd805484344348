// Asks the configured time servers together, again and again, and hands on what a majority of them says.
import { backoffDelayMs, messageOf } from '#base';
import { type NtpAnswer, ntpQuorum } from '#engine/clock';
import type { Timer } from '#platform/clock';
import type { TimekeepingOptions } from './contract.ts';
import { NTP_EVERY_MS, NTP_KISS_REST_MS, NTP_RETRY, NTP_SERVERS_MAX } from './limits.ts';

export interface ServerAsker {
  /** Resolves when the servers were asked once. */
  readonly once: Promise<void>;
  close(): void;
}

/** `siteTime` is what answers are compared with; `agreed` is told how far off it is. */
export function askServers(
  of: Pick<TimekeepingOptions, 'clock' | 'ntp' | 'settings' | 'log'>,
  to: { siteTime(): number; agreed(quorum: { offsetMs: number; uncertaintyMs: number }): void },
): ServerAsker {
  const { clock, ntp, log } = of;
  const restUntil = new Map<string, number>();
  let timer: Timer | undefined;
  let closed = false;
  let attempt = 0;

  const askOne = async (server: string): Promise<NtpAnswer | undefined> => {
    if ((restUntil.get(server) ?? 0) > clock.monotonicMs()) return undefined;
    try {
      const reply = await ntp.ask(server);
      if (reply.kind === 'time')
        return { server, offsetMs: reply.timeMs - to.siteTime(), uncertaintyMs: reply.uncertaintyMs };
      restUntil.set(server, clock.monotonicMs() + NTP_KISS_REST_MS);
      log.warn('a time server does not want to be asked', { server, code: reply.code });
    } catch (error) {
      log.info('a time server said nothing that counts', { server, error: messageOf(error) });
    }
    return undefined;
  };
  const pass = async (): Promise<void> => {
    const servers = [...new Set(of.settings().ntpServers)].slice(0, NTP_SERVERS_MAX);
    const answers = (await Promise.all(servers.map(askOne))).filter((answer) => answer !== undefined);
    if (closed) return;
    const quorum = ntpQuorum(answers, servers.length);
    if (quorum.kind === 'agreed') {
      attempt = 0;
      if (quorum.against.length > 0) log.warn('time servers contradict the others', { servers: quorum.against });
      to.agreed(quorum);
    } else if (servers.length > 0) log.info('no majority of the time servers agrees', { ...quorum });
    const againMs = quorum.kind === 'agreed' ? NTP_EVERY_MS : backoffDelayMs(NTP_RETRY, attempt++);
    timer = clock.after(againMs, () => void pass(), { background: true });
  };
  return {
    once: pass(),
    close: () => {
      closed = true;
      timer?.cancel();
    },
  };
}
