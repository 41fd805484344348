// The error that an answer of the API is when it is not success.
import type { Status } from '#model/kube';
import { ApiError } from './contract.ts';

/** The error that a Status says. */
export function errorOf(status: number, body: string): ApiError {
  try {
    const said = JSON.parse(body) as Status;
    if (said.kind === 'Status')
      return new ApiError(said.code ?? status, said.reason ?? '', said.message ?? '', said.details);
  } catch {
    // Not of the API: a proxy's page, for example. What it says is shown below.
  }
  return new ApiError(status, 'Unknown', body.slice(0, 500) || `the server answered ${status}`);
}
