// What clients are told when a node agent could not be reached.
import { messageOf, systemCodeOf, WorldError } from '#base';
import { ApiError } from '#client';
import type { PassTarget, PassTls } from '#platform/stream';

export type ProxyTarget = PassTarget;
export type ProxyTls = PassTls;

/** 504 when the agent was too slow, 502 for everything else that went wrong with it. */
export function proxyError(target: ProxyTarget, thrown: unknown): ApiError {
  const at = `${target.host}:${target.port}`;
  const cause = thrown instanceof WorldError ? thrown.details.cause : thrown;
  if (systemCodeOf(cause) === 'ETIMEDOUT')
    return new ApiError(504, 'Timeout', `node agent at ${at} did not answer in time`);
  return new ApiError(502, 'BadGateway', `error dialing node agent at ${at}: ${messageOf(cause)}`);
}
