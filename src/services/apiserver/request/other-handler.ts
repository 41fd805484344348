// Serves the paths that are no resource: health, version, discovery, schemas, metrics, keys of service accounts.
import { requestError } from '../answer/errors.ts';
import type { HttpCall } from './http-call.ts';

export interface HealthCheck {
  readonly name: string;
  /** What is wrong; undefined when nothing. */
  check(): string | undefined;
}

export interface OtherPaths {
  /** By path; a function answers. */
  readonly exact: ReadonlyMap<string, (http: HttpCall) => void | Promise<void>>;
  /** Asked when no exact path is meant; false when it serves nothing there. */
  readonly under: readonly ((http: HttpCall) => boolean)[];
}

export function makeOtherHandler(paths: OtherPaths): (http: HttpCall) => void | Promise<void> {
  return (http) => {
    const { method } = http.exchange;
    const path = http.path.path.length > 1 ? http.path.path.replace(/\/$/, '') : http.path.path;
    const serve = paths.exact.get(path);
    if (serve) {
      if (method !== 'GET' && method !== 'HEAD') throw requestError.methodNotAllowed();
      return serve(http);
    }
    for (const under of paths.under) if (under(http)) return;
    throw requestError.notFound();
  };
}

/** `/healthz`, `/livez`, `/readyz` and one path a check, as Kubernetes answers them. */
export function healthPaths(checks: readonly HealthCheck[]): [string, (http: HttpCall) => void][] {
  return ['healthz', 'livez', 'readyz'].flatMap((endpoint) => [
    [`/${endpoint}`, (http) => answerHealth(http, endpoint, checks)] as [string, (http: HttpCall) => void],
    ...checks.map(
      (one) =>
        [`/${endpoint}/${one.name}`, (http) => answerHealth(http, endpoint, [one])] as [
          string,
          (http: HttpCall) => void,
        ],
    ),
  ]);
}

function answerHealth(http: HttpCall, endpoint: string, checks: readonly HealthCheck[]): void {
  const { query } = http.path;
  const excluded = new Set(query.getAll('exclude'));
  const lines: string[] = [];
  let failed = false;
  for (const { name, check } of checks) {
    if (excluded.has(name)) {
      lines.push(`[+]${name} excluded: ok`);
      continue;
    }
    const problem = check();
    failed ||= problem !== undefined;
    lines.push(problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`);
  }
  if (failed) {
    http.exchange.send(
      500,
      { 'content-type': 'text/plain; charset=utf-8' },
      `${lines.join('\n')}\n${endpoint} check failed\n`,
    );
    return;
  }
  http.sendText(200, query.has('verbose') ? `${lines.join('\n')}\n${endpoint} check passed\n` : 'ok');
}
