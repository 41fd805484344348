// A file that grows at its end, whose owner knows what of it is on the disk. A write that failed half-way is cut off again,
// so the file holds whole writes alone, unless the machine itself ends during one.
import fs from 'node:fs';
import path from 'node:path';
import { syncFolder } from './disk.ts';

export interface AppendFile {
  /** Bytes that were written whole. */
  readonly bytes: number;
  /** Rejects when the system does not take all of it; then the file is as before, as far as the system lets it. */
  append(data: string): Promise<void>;
  /** Resolves when everything written before is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file at byte `from`, which must not be beyond its end; what follows is cut off. Made (0600) when absent. */
export async function openAppendFile(file: string, from: number): Promise<AppendFile> {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const isNew = !fs.existsSync(file);
  const handle = await fs.promises.open(file, isNew ? 'wx+' : 'r+', 0o600);
  let bytes = from;
  try {
    await handle.truncate(from);
    if (isNew) syncFolder(path.dirname(file));
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    get bytes() {
      return bytes;
    },
    async append(data) {
      const buffer = Buffer.from(data);
      try {
        for (let done = 0; done < buffer.length; )
          done += (await handle.write(buffer, done, buffer.length - done, bytes + done)).bytesWritten;
      } catch (error) {
        await handle.truncate(bytes).catch(() => undefined);
        throw error;
      }
      bytes += buffer.length;
    },
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/** Puts on the disk what anybody has written to the file so far. */
export async function syncFile(file: string): Promise<void> {
  const handle = await fs.promises.open(file, 'r');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
