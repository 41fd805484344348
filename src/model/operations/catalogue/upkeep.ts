// Operations of updates, support and billing.
import type { Operation } from '../operation.ts';
import { notYet } from '../rulings.ts';

export const UPKEEP_OPERATIONS: readonly Operation[] = [
  {
    name: 'update-package',
    title: 'update by a package that was carried in',
    area: 'upkeep and support',
    doors: ['command-line', 'portal'],
    rows: ['device: updates, by package', 'appliance: updates'],
    said: 'packages are downloaded by hand and applied on the spot',
    verdicts: notYet({
      lacks: 'update packages',
      meant: 'works locally, from one signed file',
      instead: 'stop the site, put the new version in place, and bring it up: its data is taken over',
    }),
  },
  {
    name: 'update-automatic',
    title: 'automatic updates from the hub',
    area: 'upkeep and support',
    doors: ['link'],
    rows: ['device: updates, automatic', 'arc: agent upgrades'],
    said: 'automatic updates are not available while disconnected; agents ask for theirs every hour',
    verdicts: notYet({ lacks: 'automatic updates', meant: 'works while connected, queued otherwise' }),
  },
  {
    name: 'support-request',
    title: 'open a support request with logs',
    area: 'upkeep and support',
    doors: ['portal', 'hub'],
    rows: ['device: support, request'],
    said: 'requests cannot be opened, nor logs sent, automatically while disconnected',
    verdicts: notYet({
      lacks: 'support requests',
      meant: 'works while connected, queued otherwise',
      instead: 'collect the logs and carry them: holdfast logs',
    }),
  },
  {
    name: 'support-package',
    title: 'make a support package at the site',
    area: 'upkeep and support',
    doors: ['command-line', 'portal'],
    rows: ['device: support, package'],
    said: 'the package is made in the local web UI and uploaded to an address that support sends',
    verdicts: notYet({
      lacks: 'support packages',
      meant: 'works locally',
      instead: 'collect status, events and logs: holdfast status --json, holdfast events, holdfast logs',
    }),
  },
  {
    name: 'remote-diagnostics',
    title: 'diagnostics and repair from afar',
    area: 'upkeep and support',
    doors: ['hub'],
    rows: ['device: support, remote diagnostics'],
    said: 'nobody can diagnose or repair from afar while disconnected',
    verdicts: notYet({
      lacks: 'remote diagnostics',
      meant: 'works while connected, refused otherwise',
      instead: 'while connected, kubectl through the hub; at the site, holdfast status and holdfast logs',
    }),
  },
  {
    name: 'billing',
    title: 'billing and registration of the site',
    area: 'upkeep and support',
    doors: ['hub'],
    rows: ['device: billing', 'appliance: registration'],
    said: 'billing of the order goes on with or without a connection; a disconnected appliance is registered by an exported file',
    verdicts: notYet({
      lacks: 'billing',
      meant: 'nothing to do at the site; usage records are kept and delivered',
      instead: 'usage records tell what was used',
    }),
  },
];
