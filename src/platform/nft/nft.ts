// The door to nftables in the caller's network namespace: scripts applied whole or not at all.
import { spawn } from 'node:child_process';
import { WorldError } from '#base';

export interface Nft {
  /** Applies a script in one transaction.
   * Errors: WorldError `Invalid` with what nft said (nothing was changed), `NotFound` when nft is missing. */
  apply(script: string): Promise<void>;
  /** The present rules of a table as nft prints them, or undefined when there is no such table. */
  show(family: string, table: string): Promise<string | undefined>;
}

function nft(args: readonly string[], input?: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('nft', args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => child.stdin.destroy());
    child.on('error', (cause) =>
      reject(
        new WorldError('NotFound', `cannot run nft: ${cause.message}`, {
          attempted: 'apply nft rules',
          cure: 'apt-get install nftables',
          cause,
        }),
      ),
    );
    child.on('close', (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
    child.stdin.end(input);
  });
}

/** The Debian program `nft` (nftables 1.0). */
export const systemNft: Nft = {
  async apply(script) {
    const { code, stderr } = await nft(['-f', '-'], script);
    if (code !== 0)
      throw new WorldError('Invalid', `nft refused the rules: ${stderr.trim().slice(0, 2000)}`, {
        attempted: 'apply nft rules',
      });
  },
  async show(family, table) {
    const { code, stdout } = await nft(['list', 'table', family, table]);
    return code === 0 ? stdout : undefined;
  },
};
