// A namespace of the imagination: remembers addresses, routes and announcements.
import type { Routing } from './route.ts';

export interface FakeRouting extends Routing {
  readonly held: Map<string, Set<string>>;
  readonly table: Map<string, string>;
  readonly announced: string[];
  readonly sysctls: Map<string, string>;
}

export function fakeRouting(): FakeRouting {
  const held = new Map<string, Set<string>>();
  const table = new Map<string, string>();
  const announced: string[] = [];
  const sysctls = new Map<string, string>();
  return {
    held,
    table,
    announced,
    sysctls,
    sysctl: (name, value) => void sysctls.set(name, value),
    addresses: async (device) => [...(held.get(device) ?? [])],
    addAddress: async (address, device) => void held.set(device, new Set([...(held.get(device) ?? []), address])),
    removeAddress: async (address, device) => void held.get(device)?.delete(address),
    announce: (address) => void announced.push(address),
    routes: async () => new Map(table),
    setRoute: async (destination, gateway) => void table.set(destination, gateway),
    removeRoute: async (destination) => void table.delete(destination),
  };
}
