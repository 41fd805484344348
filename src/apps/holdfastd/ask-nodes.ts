// Asks the site's API which machines are Ready nodes.
import type { Site, SiteFolders } from '#model/site';
import { type HttpsJsonAsker, httpsJsonAsker } from '#platform/net';
import { openPki } from '#services/infrastructure';

const ANSWER_MS = 3_000;

interface NodeDocument {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

const isReadyNode = (node: NodeDocument): boolean =>
  node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;

export interface NodesAsker {
  /** Names of the Ready nodes; undefined when the API does not answer. */
  readyNodes(): Promise<ReadonlySet<string> | undefined>;
  close(): void;
}

export function nodesAsker(of: { site: Site; folders: SiteFolders }): NodesAsker {
  const { site, folders } = of;
  let asker: HttpsJsonAsker | undefined;
  const close = (): void => {
    asker?.close();
    asker = undefined;
  };
  return {
    async readyNodes() {
      const pki = openPki(folders.pki);
      const { apiAddress: host } = site.network;
      const caPem = pki.anchor('kubernetes-servers');
      asker ??= httpsJsonAsker({ host, port: site.ports.api, caPem, ...pki.leaf('supervisor'), timeoutMs: ANSWER_MS });
      try {
        const { status, body } = await asker.get('/api/v1/nodes');
        const items = (body as { items?: readonly NodeDocument[] } | undefined)?.items;
        return status === 200 && items
          ? new Set(items.filter(isReadyNode).map((node) => node.metadata.name))
          : undefined;
      } catch {
        // Not answering is what is asked here; a new connection may be luckier, with certificates read anew.
        close();
        return undefined;
      }
    },
    close,
  };
}
