// Operations by which people get at a site and its clusters.
import type { Operation } from '../operation.ts';
import { locally, refused, withoutHub, works } from '../ruling.ts';
import { byLink, everywhere, notYet } from '../rulings.ts';

export const ACCESS_OPERATIONS: readonly Operation[] = [
  {
    name: 'admin-kubeconfig',
    title: "fetch the administrator's kubeconfig",
    area: 'access',
    doors: ['command-line'],
    rows: ['aks: admin kubeconfig', 'appliance: admin kubeconfig'],
    said: 'the certificate-based admin kubeconfig is the way into the cluster while the cloud cannot be reached',
    verdicts: everywhere(
      locally('whoever can sign in on the node can read it; its certificate ends with its authority'),
    ),
  },
  {
    name: 'user-manage',
    title: 'create users, grant and revoke their rights',
    area: 'access',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally("the site's own authority signs and revokes; a revocation needs no link")),
  },
  {
    name: 'directory-sign-in',
    title: 'sign in with accounts of a directory',
    area: 'access',
    doors: ['kubernetes', 'portal', 'arm'],
    rows: ['aks: directory sign-in', 'appliance: Entra ID', 'appliance: local identity'],
    said: 'sign-in with Entra needs the cloud; under disconnected operations an Active Directory on the spot takes its place',
    verdicts: notYet({
      lacks: 'directory sign-in',
      meant: "works locally, with the site's own accounts or a directory on the spot",
      instead: 'a kubeconfig for each person: holdfast user create NAME',
    }),
  },
  {
    name: 'cluster-connect',
    title: 'kubectl through the hub to a site behind NAT',
    area: 'access',
    doors: ['hub'],
    rows: ['aks: connectedk8s proxy', 'arc: cluster connect', 'device: Arc on Kubernetes'],
    said: 'the proxy through the cloud, and Arc as a whole, cannot be used without a connection',
    verdicts: byLink({
      never: withoutHub,
      connected: works("the hub reaches the API over the site's own connection, as the person who asks"),
      away: refused('the way leads over the link, which is away', 'use a kubeconfig at the site: holdfast kubeconfig'),
    }),
  },
  {
    name: 'node-shell',
    title: 'sign in on the nodes (SSH)',
    area: 'access',
    doors: ['node'],
    rows: ['aks: SSH to nodes', 'appliance: SSH keys'],
    said: 'SSH into the machines of a cluster works without a connection; keys are made by command line',
    verdicts: everywhere(works("a node is the operator's own Linux machine, whose SSH server the site leaves alone")),
  },
];
