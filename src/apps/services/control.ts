// Answers the socket of `services`: what each verb does with the registry.
import { SERVICES_PROTOCOL_VERSION, type ServicesAnswer, type ServicesRequest } from '#model/site';
import type { Registry } from '#services/registry';
import { errorAnswer } from '../error-answer.ts';

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
export async function* control(registry: Images, line: unknown): AsyncGenerator<ServicesAnswer> {
  const request = line as ServicesRequest;
  if (request.version !== SERVICES_PROTOCOL_VERSION) {
    const message = `the site's services speak protocol ${SERVICES_PROTOCOL_VERSION}, not ${request.version}`;
    yield {
      kind: 'error',
      code: 'Unsupported',
      message,
      cure: 'restart the site with this version: down --keep-pods, then up',
    };
    return;
  }
  try {
    yield* answers(registry, request);
  } catch (error) {
    yield errorAnswer(error);
  }
}
