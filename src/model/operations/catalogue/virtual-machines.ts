// Operations on virtual machines and on the local control plane that manages them.
import type { Operation } from '../operation.ts';
import { notYet } from '../rulings.ts';

const lacks = 'virtual machines';

export const VIRTUAL_MACHINE_OPERATIONS: readonly Operation[] = [
  {
    name: 'vm-manage',
    title: 'create, change, start, stop and delete virtual machines',
    area: 'virtual machines',
    doors: ['arm', 'command-line'],
    rows: ['device: VMs by local ARM', 'appliance: virtual machines'],
    said: 'virtual machines are managed on the spot through the local Azure Resource Manager',
    verdicts: notYet({ lacks, meant: 'works locally' }),
  },
  {
    name: 'vm-image-upload',
    title: 'upload an image of a virtual machine to the site',
    area: 'virtual machines',
    doors: ['arm', 'command-line'],
    rows: ['device: local image upload', 'appliance: VM images'],
    said: 'an image that was uploaded to the blob store of the device serves as the source; under disconnected operations a local share does',
    verdicts: notYet({ lacks, meant: 'works locally' }),
  },
  {
    name: 'vm-image-fetch',
    title: 'download images of virtual machines from the hub',
    area: 'virtual machines',
    doors: ['arm'],
    rows: ['device: VM images from the cloud'],
    said: 'images cannot be downloaded from the cloud while disconnected',
    verdicts: notYet({ lacks, meant: 'works while connected, queued otherwise; uploading locally works always' }),
  },
  {
    name: 'vm-image-ingestion',
    title: 'jobs that take images in from the tier',
    area: 'virtual machines',
    doors: ['arm'],
    rows: ['device: VM image ingestion'],
    said: 'ingestion jobs do not work while disconnected; upload the image to the device instead',
    verdicts: notYet({ lacks, meant: 'works while the tier can be reached, queued otherwise' }),
  },
  {
    name: 'local-arm',
    title: 'use the local Azure Resource Manager',
    area: 'virtual machines',
    doors: ['arm'],
    rows: ['device: local ARM, use'],
    said: 'once registered and with its password set, it works without a connection',
    verdicts: notYet({
      lacks: 'local Azure Resource Manager',
      meant: 'works locally',
      instead: 'the command line and kubectl do what this version has',
    }),
  },
  {
    name: 'local-arm-register',
    title: 'register the local Azure Resource Manager',
    area: 'virtual machines',
    doors: ['arm'],
    rows: ['device: local ARM, registration'],
    said: 'registration needs a connection, for the password and the subscription id',
    verdicts: notYet({ lacks: 'local Azure Resource Manager', meant: 'works locally, before any activation' }),
  },
  {
    name: 'local-arm-password',
    title: "reset the password of the local Azure Resource Manager's user",
    area: 'virtual machines',
    doors: ['arm', 'command-line'],
    rows: ['device: local ARM, password reset'],
    said: 'the password is set through the portal in the cloud, so not while disconnected',
    verdicts: notYet({
      lacks: 'local Azure Resource Manager',
      meant: 'works locally, by whoever can sign in on the node',
    }),
  },
];
