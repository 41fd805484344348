// Writes the wire format of protocol buffers: what a field number holds is said by whoever calls.
// Source: Protocol Buffers encoding, wire types 0 (varint) and 2 (length-delimited).

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

/** One message, put together field by field; absent values write nothing. */
export class ProtobufMessage {
  private readonly parts: Buffer[] = [];

  text(field: number, value: string | undefined): this {
    return value ? this.bytes(field, Buffer.from(value)) : this;
  }

  texts(field: number, values: readonly string[] | undefined): this {
    for (const value of values ?? []) this.bytes(field, Buffer.from(value));
    return this;
  }

  flag(field: number, value: boolean | undefined): this {
    if (value) this.parts.push(Buffer.from([...varint(field * 8), 1]));
    return this;
  }

  message(field: number, value: ProtobufMessage | undefined): this {
    return value ? this.bytes(field, value.finish()) : this;
  }

  finish(): Buffer {
    return Buffer.concat(this.parts);
  }

  private bytes(field: number, value: Buffer): this {
    this.parts.push(Buffer.from([...varint(field * 8 + 2), ...varint(value.length)]), value);
    return this;
  }
}
