// The certificates that a site has, derived from its site.json.
import { DEVICE_CLUSTER, doorNames, hostAddress, type Site, votersOf } from '#model/site';
import type { CertificateSpec } from './certificates.plan.ts';

const apiNames = (site: Site): string[] => {
  const { dnsDomain, serviceCidr } = site.clusters[0] ?? DEVICE_CLUSTER;
  const names = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${dnsDomain}`,
    'localhost',
    ...doorNames(site, 'compute'),
    '127.0.0.1',
    hostAddress(serviceCidr, 1),
    site.network.apiAddress,
    ...site.machines.filter((machine) => machine.role === 'master').map((machine) => machine.address),
  ];
  return [...new Set(site.outsideAddress ? [...names, site.outsideAddress] : names)];
};

const frontDoorNames = (site: Site): string[] => {
  const names = [
    ...doorNames(site, 'registry'),
    ...doorNames(site, 'portal'),
    'localhost',
    '127.0.0.1',
    site.network.doorAddress,
  ];
  return [...new Set(site.outsideAddress ? [...names, site.outsideAddress] : names)];
};

/** A name that every member of etcd bears: their addresses are no names for TLS (RFC 6066 section 3). */
export const ETCD_SERVER_NAME = 'etcd';

/** One certificate a voter, with which it speaks to the others as member, client and door. */
function voterCertificates({ pair }: Site): CertificateSpec[] {
  if (!pair) return [];
  const client: CertificateSpec = {
    name: 'etcd-client',
    authority: 'etcd',
    commonName: 'holdfast:nodes',
    organizations: [],
    // Without names: members compare those with the address that somebody comes from.
    names: [],
    use: 'client',
    life: 'site',
    holder: 'kube',
  };
  const voters = votersOf(pair).map(
    ({ name, access, storage }): CertificateSpec => ({
      name: `etcd-${name}`,
      authority: 'etcd',
      commonName: name,
      organizations: [],
      names: [name, ETCD_SERVER_NAME, 'localhost', '127.0.0.1', access, ...(storage === undefined ? [] : [storage])],
      use: 'server-and-client',
      life: 'site',
      holder: 'etcd',
    }),
  );
  return [client, ...voters];
}

/** Every certificate of a site; those that foreign programs check live as long as the site. */
export function siteCertificates(site: Site): CertificateSpec[] {
  const client = { organizations: [], names: [], use: 'client' as const, life: 'short' as const };
  return [
    {
      name: 'apiserver',
      authority: 'kubernetes-servers',
      commonName: 'kube-apiserver',
      organizations: [],
      names: apiNames(site),
      use: 'server',
      life: 'site',
      holder: 'kube',
    },
    {
      ...client,
      name: 'apiserver-node-client',
      authority: 'node-clients',
      commonName: 'system:apiserver',
      holder: 'kube',
    },
    {
      ...client,
      name: 'admin',
      authority: 'kubernetes-clients',
      commonName: 'kubernetes-admin',
      organizations: ['system:masters'],
      life: 'site',
      holder: 'kubeconfig',
    },
    {
      ...client,
      name: 'supervisor',
      authority: 'kubernetes-clients',
      commonName: 'holdfast:supervisor',
      organizations: ['system:masters'],
      holder: 'holdfastd',
    },
    {
      name: 'doors',
      authority: 'front-doors',
      commonName: doorNames(site, 'registry')[0] ?? 'registry',
      organizations: [],
      names: frontDoorNames(site),
      use: 'server',
      life: 'site',
      holder: 'services',
    },
    {
      ...client,
      name: 'services',
      authority: 'kubernetes-clients',
      commonName: 'holdfast:services',
      organizations: ['system:masters'],
      holder: 'services',
    },
    ...site.machines.flatMap((machine): CertificateSpec[] => [
      {
        ...client,
        name: `${machine.name}-client`,
        authority: 'kubernetes-clients',
        commonName: `system:node:${machine.name}`,
        organizations: ['system:nodes'],
        holder: machine.name,
      },
      {
        name: `${machine.name}-server`,
        authority: 'kubernetes-servers',
        commonName: `system:node:${machine.name}`,
        organizations: ['system:nodes'],
        names: [machine.name, machine.address],
        use: 'server',
        life: 'short',
        holder: machine.name,
      },
    ]),
    ...voterCertificates(site),
  ];
}
