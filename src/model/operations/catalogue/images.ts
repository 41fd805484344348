// Operations on container images and the site's registry.
import type { Operation } from '../operation.ts';
import { locally, works } from '../ruling.ts';
import { byLink, everywhere } from '../rulings.ts';

const held = 'the registry and its blobs stand on the site';

export const IMAGE_OPERATIONS: readonly Operation[] = [
  {
    name: 'local-registry',
    title: "push to and pull from the site's registry",
    area: 'images',
    doors: ['registry'],
    rows: ['device: Kubernetes, local registry', 'appliance: container registry'],
    said: 'images are pushed to and deleted from the registry of the device over the local network',
    verdicts: everywhere(locally(held)),
  },
  {
    name: 'outside-registry',
    title: 'pull through from registries outside',
    area: 'images',
    doors: ['registry', 'kubernetes'],
    rows: ['device: Kubernetes, cloud registry'],
    said: 'the registry in the cloud cannot be reached; images must be pushed to the local one',
    verdicts: (() => {
      const tried = locally(
        'what the site has is answered from there; what it lacks is asked for outside, as far as the network goes',
        'bring the image as an archive: holdfast image import FILE',
      );
      const connected = works('what the site lacks is fetched from outside, and kept');
      return byLink({ never: tried, connected, away: tried });
    })(),
  },
  {
    name: 'registry-credentials',
    title: "address, account and CA of the site's registry",
    area: 'images',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally('they are files of the site')),
  },
  {
    name: 'image-import',
    title: 'take image archives into the registry',
    area: 'images',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally('an archive on the node is all it needs')),
  },
  {
    name: 'image-list',
    title: 'list the images of the registry',
    area: 'images',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally(held)),
  },
  {
    name: 'image-pin',
    title: 'pin images, so that they are kept, or unpin them',
    area: 'images',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally(held)),
  },
  {
    name: 'image-delete',
    title: 'delete images from the registry',
    area: 'images',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally(`${held}; what is deleted can be had again only from an archive or from outside`)),
  },
];
