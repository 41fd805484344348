// The operations table as a matrix: one line an operation, one column a pair of plane and mode.
import { AREAS, NAME_LENGTH_MAX, type Operation, verdictOf } from '#model/operations';
import type { ConnectivityMode, Plane, Standing } from '#model/site';
import type { Paint } from '../output.ts';
import { VERDICT_WIDTH, verdictLegend, verdictSign, verdictWord } from './verdict-text.ts';
import { shortened } from './wrap.ts';

const MODE_HEAD: Readonly<Record<ConnectivityMode, string>> = {
  NotActivated: 'none',
  Connected: 'conn',
  SemiConnected: 'semi',
  Disconnected: 'disc',
};
const CELL_WIDTH = 4;
/** A title that has less room than this is left out. */
const TITLE_WIDTH_MIN = 18;

export interface MatrixOf {
  readonly pairs: readonly Standing[];
  readonly now: Standing;
  readonly operations: readonly Operation[];
  readonly paint: Paint;
  readonly columns: number;
}

/** Pairs plane by plane. */
const byPlane = (pairs: readonly Standing[]): [Plane, ConnectivityMode[]][] =>
  (['local', 'hub'] as const)
    .map((plane): [Plane, ConnectivityMode[]] => [plane, pairs.filter((p) => p.plane === plane).map((p) => p.mode)])
    .filter(([, modes]) => modes.length > 0);

const groupWidth = (modes: readonly unknown[]): number => modes.length * (CELL_WIDTH + 1) - 1;

/** The mode that the site is in now stands out. */
function headLines({ pairs, paint, now }: MatrixOf, indent: number): string[] {
  const groups = byPlane(pairs);
  const planes = groups.map(([plane, modes]) => plane.padEnd(groupWidth(modes)));
  const head = (plane: Plane, mode: ConnectivityMode): string =>
    plane === now.plane && mode === now.mode
      ? paint.bold(MODE_HEAD[mode].toUpperCase())
      : paint.dim(MODE_HEAD[mode].toUpperCase());
  const modes = groups.map(([plane, of]) => of.map((mode) => head(plane, mode)).join(' '));
  const left = `  ${'operation'.padEnd(NAME_LENGTH_MAX)}  ${'now'.padEnd(VERDICT_WIDTH)}  `;
  return [
    paint.dim(`${' '.repeat(indent)}${planes.join('  ')}`.trimEnd().toUpperCase()),
    `${paint.dim(left.toUpperCase())}${modes.join('  ')}`,
  ];
}

export function operationsMatrix(of: MatrixOf): string {
  const { pairs, operations, paint, columns, now } = of;
  const groups = byPlane(pairs);
  const indent = 2 + NAME_LENGTH_MAX + 2 + VERDICT_WIDTH + 2;
  const used = indent + groups.reduce((sum, [, modes]) => sum + groupWidth(modes), 0) + (groups.length - 1) * 2 + 2;
  const titleRoom = columns - used;
  const cell = (operation: Operation, plane: Plane, mode: ConnectivityMode): string =>
    ` ${verdictSign(paint, verdictOf(operation, { plane, mode }).verdict)}  `;
  const line = (operation: Operation): string => {
    const cells = groups.map(([plane, modes]) => modes.map((mode) => cell(operation, plane, mode)).join(' '));
    const title = titleRoom >= TITLE_WIDTH_MIN ? `  ${paint.dim(shortened(operation.title, titleRoom))}` : '';
    const word = verdictWord(paint, verdictOf(operation, now).verdict);
    return `  ${operation.name.padEnd(NAME_LENGTH_MAX)}  ${word}  ${cells.join('  ')}${title}`.trimEnd();
  };
  const areas = AREAS.flatMap((area) => {
    const inArea = operations.filter((operation) => operation.area === area);
    return inArea.length === 0 ? [] : ['', paint.bold(area), ...inArea.map(line)];
  });
  return [
    ...headLines(of, indent),
    ...areas,
    '',
    verdictLegend(paint),
    paint.dim('none: NotActivated  conn: Connected  semi: SemiConnected  disc: Disconnected'),
  ].join('\n');
}
