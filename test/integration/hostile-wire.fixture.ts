// A wire between a site and its hub that does what bad links do: it is slow, it changes bytes, it breaks, and it stays broken.
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { Transform } from 'node:stream';

export class HostileWire {
  readonly #server: net.Server;
  readonly #ends = new Set<net.Socket>();
  readonly #target: () => number;
  #isCut = false;
  #delayMs = 0;
  #toSpoil = 0;

  private constructor(target: () => number) {
    this.#target = target;
    this.#server = net.createServer((near) => this.#take(near));
  }

  /** `target` is asked for the port at each connection. */
  static async to(target: () => number): Promise<HostileWire> {
    const wire = new HostileWire(target);
    await once(wire.#server.listen(0, '127.0.0.1'), 'listening');
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #take(near: net.Socket): void {
    near.on('error', () => near.destroy());
    if (this.#isCut) return void near.destroy();
    const far = net.connect(this.#target(), '127.0.0.1');
    const ends = [near, far];
    for (const end of ends) {
      this.#ends.add(end);
      end.on('error', () => end.destroy());
      end.once('close', () => {
        this.#ends.delete(end);
        for (const other of ends) other.destroy();
      });
    }
    near.pipe(this.#weather()).pipe(far);
    far.pipe(this.#weather()).pipe(near);
  }

  #weather(): Transform {
    return new Transform({
      transform: (piece: Buffer, _encoding, done) => {
        if (this.#toSpoil > 0 && piece.length > 0) {
          this.#toSpoil -= 1;
          const at = piece.length - 1;
          piece.writeUInt8(piece.readUInt8(at) ^ 1, at);
        }
        if (this.#delayMs > 0) setTimeout(() => done(null, piece), this.#delayMs);
        else done(null, piece);
      },
    });
  }

  /** Everything breaks, and nothing gets through until it is mended. */
  cut(): void {
    this.#isCut = true;
    this.#break();
  }

  /** A good wire again. */
  mend(): void {
    this.#isCut = false;
    this.#delayMs = 0;
    this.#toSpoil = 0;
  }

  /** Each piece of data comes later by this, either way. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** The next piece of data, whichever way it goes, arrives with one bit turned over. */
  spoil(): void {
    this.#toSpoil = 1;
  }

  #break(): void {
    for (const end of this.#ends) end.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
