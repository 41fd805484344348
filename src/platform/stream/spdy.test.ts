// SPDY/3.1 from header blocks over frames to whole connections, with peers that behave and others.
import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { describe, it } from 'node:test';
import { createDeflate, deflateSync, constants as zlib } from 'node:zlib';
import { SPDY_LIMITS } from './limits.ts';
import { spdyConnection } from './spdy-connection.ts';
import { SPDY_DICTIONARY_ID, spdyDictionary } from './spdy-dictionary.ts';
import { spdyDataFrame, spdyFrameReader, spdyNumbersFrame } from './spdy-frame.ts';
import { type SpdyHeaders, spdyHeaderDecoder, spdyHeaderEncoder } from './spdy-headers.ts';
import type { SpdyStream } from './spdy-stream.ts';

/** Two ends of a wire in memory. */
function wire(): [Duplex, Duplex] {
  const end = (other: () => Duplex): Duplex =>
    new Duplex({
      read: () => undefined,
      write(chunk, _encoding, done) {
        other().push(chunk);
        setImmediate(done);
      },
      final(done) {
        other().push(null);
        done();
      },
      destroy(error, done) {
        if (!other().destroyed && !other().readableEnded) other().push(null);
        done(error);
      },
    });
  const a: Duplex = end(() => b);
  const b: Duplex = end(() => a);
  return [a, b];
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('header blocks', () => {
  it('has the dictionary of the specification', () => {
    const dictionary = spdyDictionary();
    assert.equal(dictionary.length, 1423);
    assert.equal(deflateSync('a', { dictionary }).readUInt32BE(2), SPDY_DICTIONARY_ID);
  });
  it('reads what it writes, block after block', async () => {
    const [encode, decoder] = [spdyHeaderEncoder(), spdyHeaderDecoder()];
    const samples: SpdyHeaders[] = [
      { streamtype: 'error' },
      {},
      { port: '80', requestid: '7', long: 'x'.repeat(20_000) },
    ];
    for (const headers of samples) assert.deepEqual({ ...(await decoder.decode(encode(headers))) }, headers);
    decoder.close();
  });
  it('reads compressed blocks that share one dictionary and one history', async () => {
    const deflate = createDeflate({ dictionary: spdyDictionary(), flush: zlib.Z_SYNC_FLUSH });
    const decoder = spdyHeaderDecoder();
    for (const value of ['stdin', 'stdin', 'stdout']) {
      const plain = Buffer.from(`\0\0\0\x01\0\0\0\x0aStreamtype\0\0\0${String.fromCharCode(value.length)}${value}`);
      const block = await new Promise<Buffer>((resolve) => {
        deflate.write(plain, () => resolve(deflate.read() as Buffer));
      });
      assert.deepEqual({ ...(await decoder.decode(block)) }, { streamtype: value });
    }
    decoder.close();
  });
  it('refuses a block that inflates beyond the limit, and one that lies about its lengths', async () => {
    const bomb = deflateSync(Buffer.alloc(1 << 20), { dictionary: spdyDictionary(), finishFlush: zlib.Z_SYNC_FLUSH });
    await assert.rejects(spdyHeaderDecoder().decode(bomb), /too large/);
    const short = deflateSync(Buffer.from([0, 0, 0, 9, 0, 0, 0, 1]), { finishFlush: zlib.Z_SYNC_FLUSH });
    await assert.rejects(spdyHeaderDecoder().decode(short), /ends early/);
  });
});

describe('frames', () => {
  it('cuts any chunking into the same frames', () => {
    const bytes = Buffer.concat([...spdyDataFrame(5, 1, Buffer.from('hello')), spdyNumbersFrame(6, 7)]);
    for (let size = 1; size <= bytes.length; size++) {
      const reader = spdyFrameReader();
      const seen: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        reader.push(bytes.subarray(at, at + size));
        for (let frame = reader.take(); frame; frame = reader.take())
          seen.push({ ...frame, payload: frame.payload.toString('hex') });
      }
      assert.deepEqual(seen, [
        { kind: 'data', stream: 5, flags: 1, payload: Buffer.from('hello').toString('hex') },
        { kind: 'control', type: 6, flags: 0, payload: '00000007' },
      ]);
    }
  });
  for (const [what, head, message] of [
    ['a frame that is too large', [0, 0, 0, 1, 0, (SPDY_LIMITS.frameBytesMax >> 16) + 1, 0, 0], /too large/],
    ['another version', [0x80, 2, 0, 1, 0, 0, 0, 0], /version 2/],
  ] as const)
    it(`refuses ${what}`, () => {
      const reader = spdyFrameReader();
      reader.push(Buffer.from(head));
      assert.throws(() => reader.take(), message);
    });
});

describe('connections', () => {
  function pair(onStream: (stream: SpdyStream) => void) {
    const [a, b] = wire();
    const server = spdyConnection(a, { side: 'server', onStream });
    const client = spdyConnection(b, { side: 'client' });
    return { server, client, raw: b };
  }
  it('carries bytes both ways and ends each way by itself', async () => {
    const { client, server } = pair((stream) => stream.pipe(stream));
    const stream = await client.open({ streamtype: 'data' });
    const sent = 'abc'.repeat(100_000);
    stream.end(sent);
    assert.equal(await text(stream), sent);
    await Promise.all([client.close(), server.closed]);
  });
  it('refuses a stream that its owner throws on', async () => {
    const { client } = pair(() => {
      throw new Error('not wanted');
    });
    const stream = await client.open({ streamtype: 'x' });
    assert.equal(await text(stream), '');
    client.destroy();
  });
  it('stops reading while a stream is not read, and goes on when it is', async () => {
    const got: SpdyStream[] = [];
    const { client } = pair((stream) => got.push(stream));
    const slow = await client.open({ streamtype: 'slow' });
    const other = await client.open({ streamtype: 'other' });
    slow.end(Buffer.alloc(2 << 20, 'x'));
    const [slowHere, otherHere] = got as [SpdyStream, SpdyStream];
    while (slowHere.readableLength < slowHere.readableHighWaterMark) await new Promise(setImmediate);
    other.end('later');
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    assert.equal(otherHere.readableLength, 0);
    assert.ok(slowHere.readableLength < 2 << 20);
    const [bytes, late] = await Promise.all([text(slowHere), text(otherHere)]);
    assert.equal(bytes.length, 2 << 20);
    assert.equal(late, 'later');
    client.destroy();
  });
  it('lets what came before a reset be read, then ends', async () => {
    const { client } = pair((stream) => {
      stream.write('last words', () => stream.destroy());
    });
    const stream = await client.open({ streamtype: 'data' });
    assert.equal(await text(stream), 'last words');
    client.destroy();
  });
  it('ends its streams and refuses new ones when the peer talks nonsense', async () => {
    const got: SpdyStream[] = [];
    const { server, client, raw } = pair((stream) => got.push(stream));
    await client.open({ streamtype: 'stdin' });
    raw.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await server.closed;
    assert.equal(await text(got[0] as SpdyStream), '');
    await assert.rejects(server.open({}), /closed/);
  });
});
