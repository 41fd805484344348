// The operations table as a document: the catalogue in words, for docs/operations.md.
import { AREAS, OPERATIONS, type Operation, type Ruling, sourceText, verdictOf } from '#model/operations';
import { CONNECTIVITY_MODES, isLegalPair, PLANES, type Standing } from '#model/site';

const PAIRS: readonly Standing[] = PLANES.flatMap((plane) =>
  CONNECTIVITY_MODES.filter((mode) => isLegalPair(plane, mode)).map((mode) => ({ plane, mode })),
);

const HEAD = `# What works where

This file is written by \`scripts/generate-operations-doc.ts\` from the catalogue in \`src/model/operations\`, which is also what
\`holdfast operations\` prints and what the guard in front of every door obeys. On a site, \`holdfast operations --operation NAME\`
says one verdict as it is now.

A site stands on a **plane** (who may change what the hub owns: \`local\` or \`hub\`, declared) and in a **mode** (what the link is
like: NotActivated, Connected, SemiConnected after 15 minutes without an acknowledgement from the hub, Disconnected after 30 days).
A site that was never activated has no hub plane.

| verdict | means |
|---|---|
| works | the same with a link and without one, or just what the link is for, while it is there |
| works-locally | done by what is on the spot, whatever the link does |
| queued | taken now, done when the link is back |
| refused | not on this plane in this mode: exit code 4 with reason and workaround, or the door's own error |
| absent | not in this version; the reason says what it is meant to be |

Sources: *device* is the page on disconnected use of Azure Stack Edge, *aks* the one on connectivity modes of AKS on Azure Local, *arc* those on
Azure Arc-enabled Kubernetes, *appliance* those on Azure Local with disconnected operations. What they said is told in our words.
`;

const capital = (clause: string): string => clause.charAt(0).toUpperCase() + clause.slice(1);

function matrix(operations: readonly Operation[]): string {
  const head = PAIRS.map(({ plane, mode }) => `${plane} ${mode}`);
  const rows = operations.map((operation) =>
    [`[${operation.name}](#${operation.name})`, ...PAIRS.map((pair) => verdictOf(operation, pair).verdict)].join(' | '),
  );
  return [
    `| operation | ${head.join(' | ')} |`,
    `|---|${PAIRS.map(() => '---|').join('')}`,
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

const sameRuling = (a: Ruling, b: Ruling): boolean =>
  a.verdict === b.verdict && a.reason === b.reason && a.workaround === b.workaround;

/** Pairs with the same ruling, together: "hub: SemiConnected, Disconnected". */
function groups(operation: Operation): { ruling: Ruling; where: string }[] {
  const found: { ruling: Ruling; pairs: Standing[] }[] = [];
  for (const pair of PAIRS) {
    const ruling = verdictOf(operation, pair);
    const group = found.find((one) => sameRuling(one.ruling, ruling));
    if (group) group.pairs.push(pair);
    else found.push({ ruling, pairs: [pair] });
  }
  const where = (pairs: readonly Standing[]): string =>
    pairs.length === PAIRS.length
      ? 'everywhere'
      : PLANES.map((plane) => ({ plane, modes: pairs.filter((p) => p.plane === plane).map(({ mode }) => mode) }))
          .filter(({ modes }) => modes.length > 0)
          .map(({ plane, modes }) => `${plane}: ${modes.join(', ')}`)
          .join('; ');
  return found.map(({ ruling, pairs }) => ({ ruling, where: where(pairs) }));
}

function details(operation: Operation): string {
  const rulings = groups(operation).map(({ ruling: { verdict, reason, workaround }, where }) => {
    const instead = workaround === null ? '' : ` Instead: ${workaround}.`;
    return `- **${verdict}** (${where}): ${capital(reason)}.${instead}`;
  });
  return [
    `#### ${operation.name}`,
    '',
    `${capital(operation.title)}. Doors: ${operation.doors.join(', ')}. Source: ${sourceText(operation)}.`,
    '',
    ...rulings,
  ].join('\n');
}

/** The whole document. */
export function operationsDocument(): string {
  const areas = AREAS.map((area) => {
    const operations = OPERATIONS.filter((operation) => operation.area === area);
    return [`## ${area}`, matrix(operations), ...operations.map(details)].join('\n\n');
  });
  return `${[HEAD.trimEnd(), ...areas].join('\n\n')}\n`;
}
