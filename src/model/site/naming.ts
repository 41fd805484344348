// Names of a site, its doors and its first node, all derived from site.json.
import { SITE_NAME_LENGTH_MAX } from './limits.ts';
import type { Site } from './site.ts';

export const NODE_NAME = 'node-a';

/** Host names under which a door answers, the first being the one to show. Source of the forms: Azure Stack Edge. */
export const doorNames = (site: Pick<Site, 'name' | 'domain'>, door: 'compute' | 'registry' | 'portal'): string[] =>
  door === 'registry'
    ? [`ecr.${site.name}.${site.domain}`, `registry.${site.name}.${site.domain}`]
    : [`${door}.${site.name}.${site.domain}`];

/** Hosts with port under which clients know the registry, the first being the one to show. */
export function registryHosts(site: Site): string[] {
  const outside = site.outsideAddress ? [site.outsideAddress] : [];
  const hosts = [site.network.doorAddress, ...outside, ...doorNames(site, 'registry')];
  return [...new Set(hosts)].map((host) => `${host}:${site.ports.registry}`);
}

/** What is wrong with a site's name, or undefined. */
export function siteNameProblem(name: string): string | undefined {
  if (name.length > SITE_NAME_LENGTH_MAX) return `is longer than ${SITE_NAME_LENGTH_MAX} characters`;
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))
    return 'must be lower-case letters, digits and "-", starting and ending with a letter or digit';
  return undefined;
}

/** What is wrong with a DNS domain, or undefined. */
export function domainProblem(domain: string): string | undefined {
  const labels = domain.split('.');
  if (domain.length > 190) return 'is longer than 190 characters';
  return labels.every((label) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(label))
    ? undefined
    : 'must be DNS labels of lower-case letters, digits and "-" with dots between';
}
