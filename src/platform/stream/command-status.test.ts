// How commands end and terminals are resized, on the wire and back.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CommandResult, commandStatusDecode, commandStatusEncode } from './command-status.ts';
import { resizeEncode, resizeReader } from './terminal-resize.ts';

describe('status of a command', () => {
  const results: CommandResult[] = [
    { exitCode: 0 },
    { exitCode: 1 },
    { exitCode: 137 },
    { error: 'no such container' },
  ];
  for (const result of results)
    it(`reads ${JSON.stringify(result)} back`, () => {
      const bytes = commandStatusEncode(result, { structured: true });
      assert.deepEqual(commandStatusDecode(bytes as Buffer), result);
    });
  it('is text that is absent on success before protocol v4', () => {
    assert.equal(commandStatusEncode({ exitCode: 0 }, { structured: false }), undefined);
    assert.match(String(commandStatusEncode({ exitCode: 3 }, { structured: false })), /non-zero exit code: 3/);
    assert.equal(String(commandStatusEncode({ error: 'broken' }, { structured: false })), 'broken');
  });
  it('takes what is not JSON as an error, and nothing as success', () => {
    assert.deepEqual(commandStatusDecode(Buffer.from('oops')), { error: 'oops' });
    assert.deepEqual(commandStatusDecode(Buffer.alloc(0)), { exitCode: 0 });
  });
});

describe('terminal sizes', () => {
  it('come in pieces and are kept until somebody listens', () => {
    const reader = resizeReader();
    const bytes = Buffer.concat([resizeEncode({ width: 80, height: 24 }), resizeEncode({ width: 101, height: 33 })]);
    for (const byte of bytes) reader.push(Buffer.of(byte));
    const seen: unknown[] = [];
    reader.listen((size) => seen.push(size));
    reader.push(Buffer.from('{"Width":"x"}{"Height":5,"Width":6}'));
    assert.deepEqual(seen, [
      { width: 80, height: 24 },
      { width: 101, height: 33 },
      { height: 5, width: 6 },
    ]);
  });
});
