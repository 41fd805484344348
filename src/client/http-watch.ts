// One watch over HTTP/2: a stream of events, one JSON document a line, until either side ends it.
// Source: Kubernetes API concepts, "Efficient detection of changes".
import { messageOf } from '#base';
import type { Status } from '#model/kube';
import type { Http2Client } from '#platform/http';
import { ApiError, type WatchEvent, type WatchHandle, type WatchOptions } from './contract.ts';
import { eventLines } from './event-lines.ts';
import { errorOf } from './status-error.ts';

export interface WatchRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function openWatch(
  connection: Http2Client,
  { path, headers }: WatchRequest,
  { onEvent, onEnd }: Pick<WatchOptions, 'onEvent' | 'onEnd'>,
): WatchHandle {
  let status = 0;
  let ended = false;
  const refused: Buffer[] = [];
  const end = (error?: ApiError): void => {
    if (ended) return;
    ended = true;
    handle.close();
    onEnd(error);
  };
  const lines = eventLines(({ type, object }) => {
    if (ended) return;
    if (type === 'ERROR') end(errorOf((object as Status).code ?? 500, JSON.stringify(object)));
    else onEvent({ type, object } as WatchEvent<unknown>);
  });
  const handle = connection.stream(
    { method: 'GET', path, headers },
    {
      head: (code) => {
        status = code;
      },
      data: (piece) => {
        if (status >= 300) return void refused.push(piece);
        try {
          lines(piece);
        } catch (error) {
          end(new ApiError(500, 'InternalError', messageOf(error)));
        }
      },
      end: (error) => {
        if (error) end(new ApiError(503, 'ServiceUnavailable', error.message));
        else end(status >= 300 ? errorOf(status, Buffer.concat(refused).toString('utf8')) : undefined);
      },
    },
  );
  return {
    close: () => {
      ended = true;
      handle.close();
    },
  };
}
