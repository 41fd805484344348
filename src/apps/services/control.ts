// Answers the socket of `services`: what each verb does with the registry.
import { SERVICES_PROTOCOL_VERSION, type ServicesAnswer, type ServicesRequest } from '#model/site';
import type { Registry } from '#services/registry';
import { versionedAnswers } from '../versioned-answers.ts';

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

async function* answers(registry: Images, request: ServicesRequest): AsyncGenerator<ServicesAnswer> {
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
export const control = (registry: Images, line: unknown): AsyncIterable<ServicesAnswer> =>
  versionedAnswers(
    { speaks: "the site's services speak", version: SERVICES_PROTOCOL_VERSION },
    line,
    (request: ServicesRequest) => answers(registry, request),
  );
