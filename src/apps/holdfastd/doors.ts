// The site's doors on an outside address of this machine. The address may be away (a cable, a lease) when the site starts, and
// the site starts all the same: a door that cannot be opened is tried again, and said.
import { messageOf } from '#base';
import type { Site } from '#model/site';
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import { openTcpDoor, type TcpDoor, type TcpEnd } from '#platform/net';

const RETRY_MS = 2_000;

export interface OutsideDoors {
  /** Why doors are not open; empty when all are. */
  problems(): readonly string[];
  close(): Promise<void>;
}

function doorsOf(site: Site): (readonly [listen: TcpEnd, target: TcpEnd])[] {
  const { outsideAddress: host, network, ports } = site;
  if (!host || site.runtime === 'simulated') return [];
  return [
    [
      { host, port: ports.api },
      { host: network.apiAddress, port: ports.api },
    ],
    [
      { host, port: ports.registry },
      { host: network.doorAddress, port: ports.registry },
    ],
  ];
}

/** Resolves when every door was tried once. */
export async function openDoors(of: { site: Site; clock: Clock; log: Log }): Promise<OutsideDoors> {
  const { clock, log } = of;
  const open: TcpDoor[] = [];
  const problems = new Map<string, string>();
  const timers = new Map<string, Timer>();
  let closed = false;
  const tryDoor = async (listen: TcpEnd, target: TcpEnd): Promise<void> => {
    const at = `${listen.host}:${listen.port}`;
    try {
      const door = await openTcpDoor(listen, target);
      if (closed) return await door.close();
      open.push(door);
      if (problems.delete(at)) log.info('a door is open at last', { at });
    } catch (error) {
      if (!problems.has(at)) log.warn('a door cannot be opened yet', { at, error });
      problems.set(at, messageOf(error));
      if (!closed)
        timers.set(
          at,
          clock.after(RETRY_MS, () => void tryDoor(listen, target), { background: true }),
        );
    }
  };
  await Promise.all(doorsOf(of.site).map(([listen, target]) => tryDoor(listen, target)));
  return {
    problems: () => [...new Set(problems.values())],
    close: async () => {
      closed = true;
      for (const timer of timers.values()) timer.cancel();
      await Promise.all(open.map((door) => door.close()));
    },
  };
}
