// Answers the socket of `services`: what each verb does with the registry, and what is asked of link, plane and settings.
import { SERVICES_PROTOCOL_VERSION, type ServicesAnswer, type ServicesRequest } from '#model/site';
import type { Link } from '#services/link';
import type { Registry } from '#services/registry';
import { versionedAnswers } from '../versioned-answers.ts';
import { answerLink, isLinkRequest } from './link-verbs.ts';
import { answerPlane, isPlaneRequest, type Planes } from './plane-verbs.ts';
import { answerSettings, isSettingsRequest, type SettingsKeeper } from './site-settings.ts';

type Images = Pick<Registry, 'import' | 'list' | 'delete' | 'pin'>;

/** Yields the parts as they are read, then the images. */
async function* importArchive(registry: Images, file: string): AsyncGenerator<ServicesAnswer> {
  const read: string[] = [];
  let wake = (): void => undefined;
  let over = false;
  const imported = registry
    .import(file, (path) => {
      read.push(path);
      wake();
    })
    .finally(() => {
      over = true;
      wake();
    });
  // Awaited below; a failure before that must not count as one that nobody looks at.
  imported.catch(() => undefined);
  while (!over) {
    for (const path of read.splice(0)) yield { kind: 'reading', path };
    if (!over && read.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
  yield { kind: 'imported', images: await imported };
}

/** What the site's services are, as far as their socket asks. */
export interface Services {
  readonly registry: Images;
  readonly planes: Planes;
  readonly settings: SettingsKeeper;
  readonly link: Link;
}

async function* answers(services: Services, request: ServicesRequest): AsyncGenerator<ServicesAnswer> {
  const { registry, planes, settings, link } = services;
  if (isPlaneRequest(request)) {
    yield await answerPlane(planes, request);
    return;
  }
  if (isSettingsRequest(request)) {
    yield answerSettings(settings, planes.connectivity(), request);
    return;
  }
  if (isLinkRequest(request)) {
    yield await answerLink(link, request);
    return;
  }
  switch (request.verb) {
    case 'image-import':
      yield* importArchive(registry, request.file);
      break;
    case 'image-list':
      yield { kind: 'images', images: registry.list() };
      break;
    case 'image-delete':
      yield { kind: 'deleted', ...registry.delete(request.reference) };
      break;
    case 'image-pin':
      registry.pin(request.reference, request.pinned);
      yield { kind: 'done' };
      break;
  }
}

/** Never throws: failures are answers. */
export const control = (services: Services, line: unknown): AsyncIterable<ServicesAnswer> =>
  versionedAnswers(
    { speaks: "the site's services speak", version: SERVICES_PROTOCOL_VERSION },
    line,
    (request: ServicesRequest) => answers(services, request),
  );
