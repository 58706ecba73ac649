import { document } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import { checksum } from './checksum.ts';
import { readMessage } from './frame.ts';

it.each([
  [Buffer.from('123456789'), 0xe3_06_92_83],
  [Buffer.alloc(32), 0x8a_91_36_aa],
  [Buffer.alloc(32, 0xff), 0x62_a8_ab_43],
  [Buffer.from(Array.from({ length: 32 }, (_, at) => at)), 0x46_dd_79_4e],
  [Buffer.alloc(0), 0],
])('the checksum of what the standard gives is as it says (%#)', (bytes, expected) => {
  expect(checksum(bytes)).toBe(expected);
});

function message(): Buffer {
  const body = writeDocument(document({ ping: 1, $db: 'admin' }));
  const bytes = Buffer.concat([Buffer.alloc(21), body, Buffer.alloc(4)]);
  bytes.writeInt32LE(bytes.length, 0);
  bytes.writeInt32LE(2013, 12);
  bytes.writeUInt32LE(1, 16);
  bytes.writeUInt32LE(checksum(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

describe('a message with a checksum', () => {
  it('is read', () => {
    expect(readMessage(message()).command.get('ping')).toBe(1);
  });

  it('is refused when any of its bytes is another one', () => {
    const whole = message();
    for (let at = 20; at < whole.length; at += 1) {
      const broken = Buffer.from(whole);
      broken[at] = (broken[at] ?? 0) ^ 1;
      expect(() => readMessage(broken)).toThrow('checksum');
    }
  });
});
