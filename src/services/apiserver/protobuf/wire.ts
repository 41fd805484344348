// Reads the protobuf wire format. Source: Protocol Buffers documentation, "Encoding".
import { requestError } from '../answer/errors.ts';

export type WireValue =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'bytes'; readonly value: Buffer };

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** A walk over the fields of one message. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The next field, or undefined at the end. Errors: ApiError 400. */
  next(): { readonly number: number; readonly value: WireValue } | undefined {
    if (this.#at >= this.#bytes.length) return undefined;
    const tag = Number(this.#varint());
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case VARINT:
        return { number, value: { kind: 'number', value: this.#varint() } };
      case FIXED64:
        return { number, value: { kind: 'double', value: this.#take(8).readDoubleLE(0) } };
      case LENGTH:
        return { number, value: { kind: 'bytes', value: this.#take(Number(this.#varint())) } };
      case FIXED32:
        return { number, value: { kind: 'double', value: this.#take(4).readFloatLE(0) } };
      default:
        throw damaged();
    }
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw damaged();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw damaged();
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (!(length >= 0) || end > this.#bytes.length) throw damaged();
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

export function damaged(): Error {
  return requestError.badRequest('the protobuf body is damaged');
}
