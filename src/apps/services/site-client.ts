// The client by which the site's services speak to the site's Kubernetes API; its certificate is swapped when it is renewed.
import { type HttpClient, httpClient } from '#client';
import { type Site, SOFTWARE_VERSION } from '#model/site';
import type { Clock } from '#platform/clock';
import { SHORT_PATIENCE } from '#platform/http';
import type { Log } from '#platform/log';
import type { Pki, PkiFollower } from '#services/infrastructure';

export interface SiteClientOptions {
  readonly site: Site;
  readonly certificates: PkiFollower;
  readonly clock: Clock;
  readonly log: Log;
}

export function siteClient({ site, certificates, clock, log }: SiteClientOptions): HttpClient {
  const tlsOf = (pki: Pki) => ({ caPem: pki.anchor('kubernetes-servers'), ...pki.leaf('services') });
  const tls = tlsOf(certificates.pki);
  const client = httpClient({
    server: `https://${site.network.apiAddress}:${site.ports.api}`,
    ...tls,
    userAgent: `holdfast-services/${SOFTWARE_VERSION}`,
    ...(site.pair && { patience: SHORT_PATIENCE }),
    clock,
    log,
  });
  certificates.follow(tlsOf, tls, (changed) => client.setCredentials(changed));
  return client;
}
