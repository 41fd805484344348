// One connection to a watchdog: lines are sent with numbers, and each answer goes to whoever sent its number.
import net from 'node:net';
import { WorldError } from '#base';
import { type Answer, parseAnswer } from './wire.ts';

export interface ConnectionEvents {
  connected(): void;
  /** Once, whatever happened; nothing comes after it. */
  ended(): void;
}

type Waiting = (answer: Answer | undefined) => void;

export class WatchdogConnection {
  readonly #socket: net.Socket;
  readonly #waiting = new Map<number, Waiting>();
  #text = '';
  #seq = 0;

  constructor(path: string, events: ConnectionEvents) {
    this.#socket = net.connect({ path });
    this.#socket.setEncoding('utf8').unref();
    this.#socket.on('connect', () => events.connected());
    this.#socket.on('data', (text: string) => this.#heard(text));
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => {
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const tell of waiting) tell(undefined);
      events.ended();
    });
  }

  /** Messages whose answer has not come. */
  get underWay(): number {
    return this.#waiting.size;
  }

  /** `heard` gets the answer, or undefined when the connection ends before. */
  send(line: (seq: number) => string, heard: Waiting): void {
    const seq = ++this.#seq;
    this.#waiting.set(seq, heard);
    this.#socket.write(line(seq));
  }

  close(): void {
    this.#socket.destroy();
  }

  #heard(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    try {
      for (const answer of lines.map(parseAnswer)) {
        const tell = this.#waiting.get(answer.seq);
        this.#waiting.delete(answer.seq);
        tell?.(answer);
      }
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      this.close();
    }
  }
}
