// Whether others can form a majority of the voters without this node. What one voter refuses for good cannot stand in a majority
// with it; what has no power stands in none. Both stay so without this node: lifting a refusal is written by a majority.
import type { Fence } from './contract.ts';

function* subsets(names: readonly string[]): Iterable<readonly string[]> {
  for (let bits = 0; bits < 2 ** names.length; bits++) yield names.filter((_, index) => (bits >> index) & 1);
}

const refuses = (fences: readonly Fence[], by: string, node: string): boolean =>
  fences.some((fence) => fence.node === node && fence.acks.includes(by));

const standTogether = (group: readonly string[], fences: readonly Fence[]): boolean =>
  group.every((by) => group.every((node) => !refuses(fences, by, node)));

/** Few voters: every group of them is looked at. */
export function othersCanDecide(of: {
  readonly self: string;
  readonly voters: readonly string[];
  readonly fences: readonly Fence[];
}): boolean {
  const { self, voters, fences } = of;
  const off = new Set(fences.filter(({ off }) => off).map(({ node }) => node));
  const others = voters.filter((name) => name !== self && !off.has(name));
  const quorum = Math.floor(voters.length / 2) + 1;
  for (const group of subsets(others)) if (group.length >= quorum && standTogether(group, fences)) return true;
  return false;
}

/** A fence holds when every voter but the node itself refuses it, or it has no power. */
export const isFenced = (fence: Fence, voters: readonly string[]): boolean =>
  fence.off || voters.every((voter) => voter === fence.node || fence.acks.includes(voter));
