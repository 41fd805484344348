// Asks the site's API which machines are Ready nodes.
import type { AskCluster } from '#services/infrastructure';

interface NodeDocument {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

const isReadyNode = (node: NodeDocument): boolean =>
  node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;

/** Names of the Ready nodes; undefined when the API does not answer. */
export async function readyNodes(ask: AskCluster): Promise<ReadonlySet<string> | undefined> {
  try {
    const { status, body } = await ask('GET', '/api/v1/nodes');
    const items = (body as { items?: readonly NodeDocument[] } | undefined)?.items;
    return status === 200 && items ? new Set(items.filter(isReadyNode).map((node) => node.metadata.name)) : undefined;
  } catch {
    // Not answering is what is asked here.
    return undefined;
  }
}
