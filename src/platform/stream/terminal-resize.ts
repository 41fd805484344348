// Terminal sizes that a client sends while a command runs: JSON documents one after the other, in pieces of any size.
import { RESIZES_QUEUED_MAX } from './limits.ts';

export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

const SIZE_TEXT_MAX = 4096;

/** Reads sizes out of chunks and hands them to the one listener; those that came before it are kept, newest last. */
export function resizeReader(): { push(chunk: Buffer): void; listen(listener: (size: TerminalSize) => void): void } {
  let text = '';
  let listener: ((size: TerminalSize) => void) | undefined;
  const waiting: TerminalSize[] = [];
  const tell = (size: TerminalSize): void => {
    if (listener) listener(size);
    else waiting.push(size);
    if (waiting.length > RESIZES_QUEUED_MAX) waiting.shift();
  };
  return {
    push(chunk) {
      text = (text + chunk.toString('latin1')).slice(-SIZE_TEXT_MAX);
      for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}')) {
        const width = /"Width"\s*:\s*([0-9]{1,5})/.exec(text.slice(0, end));
        const height = /"Height"\s*:\s*([0-9]{1,5})/.exec(text.slice(0, end));
        text = text.slice(end + 1);
        if (width && height) tell({ width: Number(width[1]), height: Number(height[1]) });
      }
    },
    listen(next) {
      listener = next;
      for (const size of waiting.splice(0)) next(size);
    },
  };
}

/** One size as the protocol writes it. */
export function resizeEncode(size: TerminalSize): Buffer {
  return Buffer.from(`${JSON.stringify({ Width: size.width, Height: size.height })}\n`);
}
