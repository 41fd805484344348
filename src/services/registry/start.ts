// Starts the site's registry: its TLS door, and what operators and sweeps do with what it holds.
import { openContent } from '#content';
import type { ImportedImage } from '#model/oci';
import type { Clock, Timer } from '#platform/clock';
import { type HttpsServer, listenHttps } from '#platform/http';
import type { Log } from '#platform/log';
import type { ServerTls } from '#platform/tls';
import type { Account } from './accounts.ts';
import { openCatalog } from './catalog.ts';
import { images } from './images.ts';
import { importArchive } from './import-archive.ts';
import { SWEEP_AGE_MS } from './limits.ts';
import { type ImageOperator, imageOperator } from './operator.ts';
import { outsideRegistries } from './outside.ts';
import type { RegistryParts } from './parts.ts';
import { serveExchange } from './serve.ts';

export interface RegistryOptions {
  /** The site's content folder. */
  readonly folder: string;
  readonly listen: readonly { readonly host: string; readonly port: number }[];
  readonly tls: ServerTls;
  readonly accounts: readonly Account[];
  readonly realm: string;
  /** Hosts with port under which clients know this registry ("10.50.0.1:31001"). */
  ownNames(): ReadonlySet<string>;
  /** Registry name to the URL where it answers, for those that are not where their name says. */
  outside(): Readonly<Record<string, string>>;
  /** Told of repositories whose images must be brought again. */
  damaged?(repository: string): void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Registry extends ImageOperator {
  readonly ports: readonly number[];
  import(file: string, progress: (path: string) => void): Promise<ImportedImage[]>;
  usage(): { readonly blobs: number; readonly bytes: number };
  setCredentials(tls: ServerTls): void;
  stop(): Promise<void>;
}

const SWEEP_EVERY_MS = 6 * 3600 * 1000;

/** Errors: WorldError `Conflict` when an address is taken. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { clock, log } = options;
  const content = openContent(options.folder);
  const catalog = openCatalog(`${options.folder}/repositories`, (repository) => {
    log.error('the catalogue of a repository is damaged and was set aside', { repository });
    options.damaged?.(repository);
  });
  const outside = outsideRegistries({ settings: options.outside, clock });
  const parts: RegistryParts = {
    content,
    catalog,
    images: images({ content, catalog, outside, clock }),
    accounts: options.accounts,
    realm: options.realm,
    ownNames: options.ownNames,
  };
  const server: HttpsServer = await listenHttps({
    listen: options.listen,
    tls: options.tls,
    clock,
    onRequest: (exchange) => void serveExchange(exchange, parts, log),
  });
  let timer: Timer;
  const sweepLater = (): void => {
    timer = clock.after(
      SWEEP_EVERY_MS,
      () => {
        const freedBytes = catalog.complete ? content.sweep(catalog.referred(), clock.now() - SWEEP_AGE_MS) : 0;
        if (freedBytes > 0) log.info('blobs that nothing referred to were removed', { freedBytes });
        sweepLater();
      },
      { background: true },
    );
  };
  sweepLater();
  log.info('the registry serves', { ports: server.ports, ...content.usage() });
  return {
    ...imageOperator({ content, catalog, ownNames: options.ownNames }),
    ports: server.ports,
    import: (file, progress) =>
      importArchive({ file, content, put: parts.images.put, ownNames: options.ownNames(), progress }),
    usage: () => content.usage(),
    setCredentials: (tls) => server.setCredentials(tls),
    stop: async () => {
      timer.cancel();
      await server.close();
    },
  };
}
