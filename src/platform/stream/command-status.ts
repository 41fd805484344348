// How a remote command ended, as the error channel of the remote command protocols says it.
// From protocol v4 on a Status object whose ExitCode cause carries the code; before, plain text that is absent on success.
// Source: Kubernetes remotecommand protocol v4, meta/v1 Status.
import { STATUS_BYTES_MAX } from './limits.ts';

export type CommandResult = { readonly exitCode: number } | { readonly error: string };

interface Status {
  readonly status?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

const STATUS_HEAD = { metadata: {}, kind: 'Status', apiVersion: 'v1' };

/** What to write to the error channel; undefined when nothing is to be written. */
export function commandStatusEncode(result: CommandResult, options: { structured: boolean }): Buffer | undefined {
  const code = 'exitCode' in result ? result.exitCode : undefined;
  const failed = code === undefined || code !== 0;
  const message = 'error' in result ? result.error : `command terminated with non-zero exit code: ${code}`;
  if (!options.structured) return failed ? Buffer.from(message) : undefined;
  if (!failed) return Buffer.from(JSON.stringify({ ...STATUS_HEAD, status: 'Success' }));
  const failure =
    code === undefined
      ? { reason: 'InternalError', code: 500 }
      : { reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: String(code) }] } };
  return Buffer.from(JSON.stringify({ ...STATUS_HEAD, status: 'Failure', message, ...failure }));
}

/** Reads what {@link commandStatusEncode} or another server of protocol v4 wrote. */
export function commandStatusDecode(bytes: Buffer): CommandResult {
  if (bytes.length === 0) return { exitCode: 0 };
  const text = bytes.subarray(0, STATUS_BYTES_MAX).toString();
  let status: Status;
  try {
    status = JSON.parse(text) as Status;
  } catch {
    return { error: text };
  }
  if (status.status === 'Success') return { exitCode: 0 };
  const cause = status.details?.causes?.find((c) => c.reason === 'ExitCode');
  const code = Number(cause?.message);
  if (status.reason === 'NonZeroExitCode' && Number.isInteger(code)) return { exitCode: code };
  return { error: status.message ?? text };
}
