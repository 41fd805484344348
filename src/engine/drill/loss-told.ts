// What the nodes of a pair tell of a loss: which node it is, and whether it is fenced.

export interface ToldEvent {
  /** Who told it. */
  readonly node: string;
  readonly subject: string;
  readonly reason: string;
}

export interface LossTold {
  readonly lost?: string;
  readonly fenced: boolean;
}

/** Of a peer that whoever leads tells of. */
const OF_LOSS = ['FailoverLost', 'FailoverFencing', 'FailoverFenced'];

/** A node that takes control has lost sight of the one that had it; one whose lease ended is told of by whoever controls. */
export function lossTold(told: readonly ToldEvent[], nodes: readonly string[]): LossTold {
  const losses = told.map(({ node, subject, reason }) => {
    if (OF_LOSS.includes(reason) && nodes.includes(subject)) return subject;
    return reason === 'FailoverTaking' && subject === `${node} control`
      ? nodes.find((other) => other !== node)
      : undefined;
  });
  const lost = losses.find((name) => name !== undefined);
  if (lost === undefined) return { fenced: false };
  return { lost, fenced: told.some(({ subject, reason }) => subject === lost && reason === 'FailoverFenced') };
}
