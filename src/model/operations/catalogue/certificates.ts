// Operations on certificates and on the site's clock.
import type { Operation } from '../operation.ts';
import { locally } from '../ruling.ts';
import { everywhere, notYet } from '../rulings.ts';

export const CERTIFICATE_OPERATIONS: readonly Operation[] = [
  {
    name: 'certificates-list',
    title: 'see every certificate with its end and next renewal',
    area: 'certificates and clock',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally("the certificates are the site's own")),
  },
  {
    name: 'certificates-renew',
    title: 'renew certificates and roll authorities over',
    area: 'certificates and clock',
    doors: ['command-line'],
    rows: ['appliance: certificate rotation', 'aks: certificates of clusters'],
    said: 'certificates of clusters last 30 days and are renewed with the cloud; those of the appliance are rotated by hand',
    verdicts: everywhere(locally("the site's own authorities sign; renewal needs neither link nor hand")),
  },
  {
    name: 'clock-show',
    title: "see the site's time and what it rests on",
    area: 'certificates and clock',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally('the site keeps a clock of its own')),
  },
  {
    name: 'clock-confirm',
    title: 'confirm or undo a jump of the clock',
    area: 'certificates and clock',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally("the operator's word is enough, and is audited")),
  },
  {
    name: 'key-vault',
    title: 'a vault for keys and secrets',
    area: 'certificates and clock',
    doors: ['arm'],
    rows: ['appliance: key vault'],
    said: 'a key vault runs in the local control plane',
    verdicts: notYet({ lacks: 'key vault', meant: 'works locally', instead: 'Secrets of Kubernetes' }),
  },
];
