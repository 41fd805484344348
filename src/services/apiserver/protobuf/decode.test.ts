// Protobuf bodies, written by hand so that nothing is judged by itself.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { typeNameOf } from '../objects/type-names.ts';
import { decodeProtobuf } from './decode.ts';

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

const bytes = (number: number, value: Buffer | string): Buffer => {
  const content = Buffer.from(value);
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
};
const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);
const join = (...parts: Buffer[]): Buffer => Buffer.concat(parts);
const body = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  join(Buffer.from('k8s\0', 'latin1'), bytes(1, join(bytes(1, apiVersion), bytes(2, kind))), bytes(2, raw));

describe('protobuf bodies', () => {
  it('reads maps, bytes, times and leaves out the zeros that JSON leaves out', () => {
    const meta = join(bytes(1, 'm'), bytes(2, ''), bytes(3, 'ns'), number(7, 0), bytes(8, number(1, 1_767_225_600)));
    const entry = join(bytes(1, 'key'), bytes(2, 'value'));
    const binary = join(bytes(1, 'b'), bytes(2, Buffer.from([1, 2, 3])));
    const raw = join(bytes(1, meta), bytes(2, entry), bytes(3, binary), number(4, 0));
    assert.deepEqual(decodeProtobuf(body('v1', 'ConfigMap', raw), typeNameOf), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm', namespace: 'ns', creationTimestamp: '2026-01-01T00:00:00Z' },
      data: { key: 'value' },
      binaryData: { b: 'AQID' },
      immutable: false,
    });
  });

  it('puts embedded structs where JSON has them, and reads quantities', () => {
    const secret = join(bytes(6, join(bytes(1, 'the-secret'))));
    const volume = join(bytes(1, 'v'), bytes(2, secret));
    const limit = join(bytes(1, 'cpu'), bytes(2, bytes(1, '100m')));
    const container = join(bytes(1, 'c'), bytes(2, 'i'), bytes(8, bytes(1, limit)));
    const spec = join(bytes(1, volume), bytes(2, container));
    const pod = decodeProtobuf(body('v1', 'Pod', bytes(2, spec)), typeNameOf);
    assert.deepEqual(pod.spec, {
      volumes: [{ name: 'v', secret: { secretName: 'the-secret' } }],
      containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '100m' } } }],
    });
  });

  it('refuses what is damaged or not known', () => {
    const refused = (error: unknown): boolean => (error as { code?: number }).code === 400;
    assert.throws(() => decodeProtobuf(Buffer.from('{}'), typeNameOf), refused);
    assert.throws(() => decodeProtobuf(body('v1', 'Nothing', Buffer.alloc(0)), typeNameOf), refused);
    assert.throws(() => decodeProtobuf(body('v1', 'Pod', Buffer.from([0x0a, 0x50, 1])), typeNameOf), refused);
  });
});
