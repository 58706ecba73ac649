// $convert between bytes, texts and numbers.
import { showValue } from '../bson/show.ts';
import { Binary } from '../bson/value.ts';
import type { Value } from '../bson/value.ts';
import { answer } from './answer.ts';
import type { Plain } from './answer.ts';

const hex = (text: string, subtype = 0): Binary => new Binary(Buffer.from(text, 'hex'), subtype);
const ID = '867dee52-c331-484e-92d1-c56479b8e67e';
const ID_BYTES = hex(ID.replaceAll('-', ''), 4);

function convert(parts: Record<string, Plain>): string {
  return answer({ $convert: parts });
}

it.each<[Record<string, Plain>, Value]>([
  [{ input: 'aGk=', to: { type: 'binData', subtype: 0 }, format: 'base64' }, hex('6869')],
  [{ input: 'hi', to: 'binData', format: 'utf8' }, hex('6869')],
  [{ input: ID, to: { type: 'binData', subtype: 4 }, format: 'uuid' }, ID_BYTES],
  [{ input: ID_BYTES, to: 'string', format: 'uuid' }, ID],
  [{ input: hex('6869'), to: 'string', format: 'utf8' }, 'hi'],
  [{ input: hex('fbff'), to: 'string', format: 'base64url' }, '-_8'],
  [{ input: 258, to: 'binData', byteOrder: 'big' }, hex('00000102')],
  [{ input: 258n, to: 'binData' }, hex('0201000000000000')],
  [{ input: hex('fe'), to: 'int' }, -2],
  [{ input: hex('0102'), to: 'long', byteOrder: 'big' }, 258n],
  [{ input: hex('000000000000f83f'), to: 'double' }, 1.5],
  [{ input: hex('010203'), to: 'int', onError: 'no' }, 'no'],
  [{ input: hex('0000000000000000'), to: 'int', onError: 'too long' }, 'too long'],
  [{ input: 'a', to: 'binData', format: 'hex', onError: 'odd' }, 'odd'],
  [{ input: hex('fffe'), to: 'string', format: 'utf8', onError: 'no text' }, 'no text'],
  [{ input: ID_BYTES, to: { type: 'binData', subtype: 0 }, onError: 'other' }, 'other'],
])('%o gives %o', (parts, expected) => {
  expect(convert(parts)).toBe(showValue(expected));
});

it.each<[Record<string, Plain>, number]>([
  [{ input: 'hi', to: 'binData', onError: 'none' }, 4_341_115],
  [{ input: hex('6869'), to: 'string', onError: 'none' }, 4_341_115],
  [{ input: 'hi', to: 'binData', format: 'base32' }, 4_341_125],
  [{ input: ID, to: 'binData', format: 'uuid' }, 4_341_106],
  [{ input: 1, to: 'binData', byteOrder: 'middle' }, 9_130_001],
  [{ input: 'hi', to: { type: 'binData', subtype: 300 }, format: 'utf8' }, 4_341_107],
  [{ input: hex('010203'), to: 'long' }, 241],
])('%o is refused with %i', (parts, code) => {
  expect(() => convert(parts)).toThrow(expect.objectContaining({ code }));
});
