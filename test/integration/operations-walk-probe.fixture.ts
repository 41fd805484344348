// What a probe of the walk is, and the ways to make one: what is done at an operation's real door, and how it is seen to be refused there.
import assert from 'node:assert/strict';
import { NO_WORKAROUND } from '#model/operations';
import type { Arrived, Cell, Walk } from './operations-walk.fixture.ts';

export interface Probe {
  /** Does it at the real door, and throws unless it succeeds. Answers what must have come of it after the next contact with the hub. */
  does(walk: Walk, cell: Cell): Promise<Arrived | undefined>;
  /** Throws unless it is refused at the real door, in the words of the catalogue. */
  refuses?(walk: Walk, cell: Cell): Promise<void>;
  /** Changes nothing: may be done together with others of its kind. */
  readonly reads?: true;
  /** Ends the site's life with its hub: walked in a life of its own for each standing. */
  readonly leaves?: true;
  /** Where the part is shown that needs containers, systemd, or hours: the test file. */
  readonly shownBy?: string;
}

type Does = (walk: Walk, cell: Cell) => Promise<unknown>;

/** Done, and over when it is done. */
export const act = (does: Does): Probe => ({
  does: async (walk, cell) => {
    await does(walk, cell);
    return undefined;
  },
});

/** As {@link act}, for what changes nothing. */
export const look = (does: Does): Probe => ({ ...act(does), reads: true });

/** Exit code 4, with operation, plane, mode, reason and workaround, for people and for programs. */
export async function refusedByGuard(
  walk: Walk,
  { standing, ruling, operation, title }: Cell,
  args: readonly string[],
) {
  const { plane, mode } = standing;
  const { reason, workaround } = ruling;
  const { code, stdout, stderr } = await walk.site.holdfast(...args, '--json');
  assert.equal(code, 4, stderr);
  assert.deepEqual(JSON.parse(stdout), { operation, plane, mode, reason, workaround });
  const told = `error: ${operation} (${title}) is refused on plane ${plane} in mode ${mode}: ${reason}\n`;
  assert.ok(stderr.includes(told), stderr);
  assert.equal(stderr.includes('cure: '), workaround !== NO_WORKAROUND, stderr);
  if (workaround !== NO_WORKAROUND) assert.ok(stderr.includes(`cure:  ${workaround}\n`), stderr);
}

/** Commands that all succeed, or the first of which is refused. */
export const commands = (...lines: readonly string[]): Probe => ({
  ...act(async (walk) => {
    for (const line of lines) await walk.holdfast(...line.split(' '));
  }),
  refuses: (walk, cell) => refusedByGuard(walk, cell, (lines[0] ?? '').split(' ')),
});

export const shows = (...lines: readonly string[]): Probe => ({ ...commands(...lines), reads: true });

/** Nobody asks for what the link does by itself: refused, it is seen not to be done, and the table says why. */
export async function withoutHub(walk: Walk, { operation, ruling }: Cell): Promise<void> {
  const { hub, connection, lastContact } = await walk.link();
  assert.deepEqual([hub, connection.state, lastContact], [null, 'off', null]);
  assert.equal(await walk.atHub(), undefined, 'the hub does not know the site');
  const { verdict, reason, workaround } = await walk.json<Cell['ruling']>('operations', '--operation', operation);
  assert.deepEqual({ verdict, reason, workaround }, ruling);
}

/** What goes over the link by itself. */
export const carried = (does: (walk: Walk, cell: Cell) => Promise<Arrived>): Probe => ({ does, refuses: withoutHub });
