import fc from 'fast-check';

import {
  startCompanies,
  type CompaniesWorld,
  type Firm,
} from '../../../test/companies/companies.ts';
import { someone, user } from '../../../test/service.ts';
import { readLogo } from './logo.ts';
import { imageIn } from './logo-image.ts';

let world: CompaniesWorld;
let firm: Firm;
beforeAll(async () => {
  world = await startCompanies();
  firm = await world.firm();
});
afterAll(() => world.stop());

/** A PNG with an empty body: the signature, IHDR and IEND. */
function png(width: number, height: number, padding = 0): Buffer {
  const head = Buffer.alloc(33);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(head);
  head.writeUInt32BE(13, 8);
  head.write('IHDR', 12, 'latin1');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  const end = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);
  return Buffer.concat([head, Buffer.alloc(padding), end]);
}

function jpeg(width: number, height: number): Buffer {
  const app = Buffer.from([0xff, 0xe0, 0x00, 0x04, 0x00, 0x00]);
  const frame = Buffer.from([0xff, 0xc0, 0x00, 0x0b, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), app, frame, Buffer.from([0xff, 0xd9])]);
}

function webp(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(30);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(22, 4);
  bytes.write('WEBPVP8X', 8, 'latin1');
  bytes.writeUIntLE(width - 1, 24, 3);
  bytes.writeUIntLE(height - 1, 27, 3);
  return bytes;
}

const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

describe('an image', () => {
  it('is known by its bytes, with its sides', () => {
    const side = fc.integer({ min: 1, max: 16_383 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        expect(imageIn(png(width, height))).toEqual({ mediaType: 'image/png', width, height });
        expect(imageIn(jpeg(width, height))).toEqual({ mediaType: 'image/jpeg', width, height });
        expect(imageIn(webp(width, height))).toEqual({ mediaType: 'image/webp', width, height });
      }),
    );
  });

  it('is nothing when it is cut off, and never breaks on any bytes', () => {
    for (const whole of [png(20, 20), jpeg(20, 20), webp(20, 20)])
      for (let length = 0; length < whole.length - 1; length += 1)
        expect(imageIn(whole.subarray(0, length))).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 1, 2), (tail, kind) => {
        const head = [png(20, 20), jpeg(20, 20), webp(20, 20)][kind]?.subarray(0, 16) ?? tail;
        expect(() => imageIn(Buffer.concat([head, tail]))).not.toThrow();
      }),
    );
  });

  it.each<[string, string, string | undefined]>([
    ['PNG', png(64, 32).toString('base64'), undefined],
    ['address', `data:image/png;base64,${png(64, 32).toString('base64')}`, undefined],
    [
      'address that lies',
      `data:image/svg+xml;base64,${jpeg(64, 32).toString('base64')}`,
      undefined,
    ],
    ['SVG', svg.toString('base64'), 'LOGO_FORM'],
    ['SVG as a PNG', `data:image/png;base64,${svg.toString('base64')}`, 'LOGO_FORM'],
    ['GIF', Buffer.from('GIF89a@@@@@@').toString('base64'), 'LOGO_FORM'],
    ['no base64', 'not base64 at all!', 'LOGO_FORM'],
    ['nothing', '', 'LOGO_FORM'],
    ['too small', png(15, 64).toString('base64'), 'LOGO_SIDES'],
    ['too wide', png(1_025, 64).toString('base64'), 'LOGO_SIDES'],
    ['a bomb', png(4_294_967_295, 4_294_967_295).toString('base64'), 'LOGO_SIDES'],
    ['too heavy', png(64, 64, 64 * 1024).toString('base64'), 'LOGO_BYTES'],
    ['far too heavy', 'A'.repeat(10_000_000), 'LOGO_BYTES'],
  ])('is handed in as %s', (_, content, rule) => {
    expect(readLogo(content).faults.map((fault) => fault.rule)).toEqual(rule ? [rule] : []);
  });
});

const set = `mutation ($input: SetCompanyLogoInput!) { setCompanyLogo(input: $input) { company { revision logo { dataUrl width height } } problems { code path rule } } }`;
const look = `query ($id: ID!) { company(id: $id) { logo { dataUrl width height } } }`;

describe('a company’s logo', () => {
  it('is set, seen by everybody with what it is, replaced and taken away', async () => {
    const image = png(64, 32).toString('base64');
    const shown = { dataUrl: `data:image/png;base64,${image}`, width: 64, height: 32 };
    const at = { id: firm.id, revision: firm.revision };
    const first = await world.ask(firm.owner, set, { input: { ...at, content: image } });
    expect(first.company).toEqual({ revision: at.revision + 1, logo: shown });
    expect(await world.ask(someone, look, { id: firm.id })).toEqual({ logo: shown });
    const stale = await world.ask(firm.owner, set, { input: { ...at, content: image } });
    expect(stale.problems).toMatchObject([{ code: 'STALE', path: ['revision'] }]);
    const bad = { id: firm.id, revision: at.revision + 1, content: svg.toString('base64') };
    expect((await world.ask(firm.owner, set, { input: bad })).problems).toEqual([
      { code: 'INVALID', path: ['content'], rule: 'LOGO_FORM' },
    ]);
    const gone = { id: firm.id, revision: at.revision + 1, content: null };
    expect((await world.ask(firm.owner, set, { input: gone })).company.logo).toBeNull();
  });

  it('is for editors alone', async () => {
    const input = { id: firm.id, revision: 1, content: null };
    const viewer = user('viewer', { companies: { [firm.id]: 'VIEWER' } });
    expect(await world.codes(viewer, set, { input })).toEqual(['FORBIDDEN']);
    expect(await world.codes(user('stranger'), set, { input })).toEqual(['FORBIDDEN']);
    expect(await world.codes(someone, set, { input })).toEqual(['UNAUTHENTICATED']);
  });

  it('is not shown of a firm that is not approved, but to its own', async () => {
    const pending = await world.firm({}, 'PENDING');
    const content = webp(48, 48).toString('base64');
    const input = { id: pending.id, revision: pending.revision, content };
    const { company } = await world.ask(pending.owner, set, { input });
    expect(company.logo).toMatchObject({ width: 48 });
    // Another subgraph may refer to the firm: its name is known then, its logo is not.
    const refer = `query ($it: [_Any!]!) { _entities(representations: $it) { ... on Company { logo { width } } } }`;
    const it = [{ __typename: 'Company', id: pending.id }];
    expect(await world.ask(someone, refer, { it })).toEqual([{ logo: null }]);
  });
});
