// A file that only takes room, so that room can be had back on a disk that is full. Its content is random, because a file
// of zeros takes no room on file systems that compress.
import { randomFillSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '#base';

const PIECE_BYTES = 256 * 1024;

export class Ballast {
  readonly #file: string;
  readonly #bytes: number;

  constructor(file: string, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Gives the room back. */
  release(): void {
    fs.rmSync(this.#file, { force: true });
  }

  /** Takes the room; false when there is not enough of it. */
  take(): boolean {
    if (this.#bytes === 0 || this.#taken()) return true;
    const { bavail, bsize } = fs.statfsSync(path.dirname(this.#file));
    // As much again must stay free, or the next writes would release it at once.
    if (bavail * bsize < this.#bytes * 2) return false;
    try {
      this.#fill();
      return true;
    } catch (error) {
      this.release();
      if (systemCodeOf(error) === 'ENOSPC' || systemCodeOf(error) === 'EDQUOT') return false;
      throw error;
    }
  }

  #taken(): boolean {
    return (fs.statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0) >= this.#bytes;
  }

  #fill(): void {
    const fd = fs.openSync(this.#file, 'w', 0o600);
    try {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, this.#bytes));
      for (let left = this.#bytes; left > 0; left -= piece.length) {
        randomFillSync(piece);
        let at = 0;
        const end = Math.min(left, piece.length);
        while (at < end) at += fs.writeSync(fd, piece, at, end - at);
      }
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }
}
