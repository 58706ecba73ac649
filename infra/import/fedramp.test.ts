import { join } from 'node:path';
import fc from 'fast-check';

import { ImportFault } from './fault.ts';
import { findFedramp } from './fedramp.ts';
import { fixture, foreignData, hasForeignData, rowsTo, sort, sourceOf } from './fixture.ts';
import { readSource } from './source.ts';

const { bytes } = await fixture('marketplace.json');
const small = sort(findFedramp(sourceOf(bytes)));

function faultOf(content: string | Buffer): ImportFault | null {
  try {
    sort(findFedramp(sourceOf(content)));
    return null;
  } catch (error) {
    if (error instanceof ImportFault) return error;
    throw error;
  }
}

describe('findFedramp', () => {
  it('makes one company of a provider that is written in two ways', () => {
    expect(rowsTo(small, 'companies')).toEqual([
      {
        externalId: 'kettle-inc',
        name: { en: 'Kettle, Inc.' },
        kinds: ['IAAS', 'PAAS', 'SAAS'],
        size: 'SME',
      },
    ]);
  });

  it('makes a product a service; only an authorised one holds the certificate', () => {
    const [first, second] = rowsTo(small, 'services');
    expect(first).toEqual({
      externalId: 'P1',
      providerName: 'Kettle, Inc.',
      name: { en: 'Kettle for Government' },
      summary: { en: 'Boils "water".\nFedRAMP Authorized, Moderate; Assessed by Judge LLC' },
      models: ['IAAS', 'PAAS'],
      categories: ['storage'],
      certifications: [{ scheme: 'FEDRAMP', grade: 'MODERATE' }],
      url: 'https://kettle.example.org',
    });
    expect(second?.certifications).toEqual([]);
    expect(second?.summary?.en).toContain('Rests on Kettle, Inc. Kettle for Government; Gone Away');
  });

  it('tells faulty products by their lines and reads the others', () => {
    const faults = small.remarks.filter(({ grade }) => grade === 'FAILED');
    expect(faults.map(({ line, reason }) => [line, reason])).toEqual([
      [36, 'Product P1 is in line 5 already.'],
      [42, 'A product without id, provider or name.'],
      [43, '"Magic" is no service model.'],
      [43, 'No service model is given.'],
    ]);
  });

  it('counts agencies, assessors and relations, also those that lead nowhere', () => {
    expect(small.figures).toMatchObject({
      products: 5,
      agencies: 2,
      assessors: 1,
      'leveraged systems': 2,
      'leveraged systems that dangle': 1,
    });
  });

  it('refuses a file that is cut anywhere', () => {
    const end = bytes.lastIndexOf('}');
    const cut = fc.property(fc.integer({ min: 1, max: end }), (length) => {
      return faultOf(bytes.subarray(0, length))?.code === 'IMPORT_TRUNCATED';
    });
    expect(fc.check(cut, { numRuns: 300 })).toMatchObject({ failed: false });
  });

  it('agrees with the JSON parser on what JSON is', () => {
    const odd = fc.string({
      unit: fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '\\',
        'n',
        'true',
        '1',
        '-',
        '.',
        'e',
        ' ',
      ),
      maxLength: 12,
    });
    const agree = fc.property(fc.oneof(fc.json(), odd), (text) => {
      const file = `{"data":{"Products":[],"Agencies":[],"Assessors":[]},"x":${text}}`;
      return (faultOf(file) === null) === isJson(file);
    });
    expect(fc.check(agree, { numRuns: 2_000 })).toMatchObject({ failed: false });
  });

  it.each([
    ['nothing', ''],
    ['another JSON file', '{"data": {"Products": []}}'],
    ['a text', '"FedRAMP"'],
    ['two values', '{} {}'],
    ['arrays without end', '['.repeat(1_000)],
  ])('refuses %s as no marketplace', (_, text) => {
    expect(faultOf(text)?.code).toBe('IMPORT_FORMAT');
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

(hasForeignData ? describe : describe.skip)(
  'findFedramp on the marketplace of 2025-01-30 (needs ../shared/data)',
  () => {
    it('counts what its README counts', async () => {
      const path = join(foreignData, 'fedramp/marketplace-2025-01-30.json');
      const found = sort(findFedramp(await readSource(path)));
      expect(found.figures).toMatchObject({ products: 436, agencies: 230, assessors: 44 });
      expect(rowsTo(found, 'services')).toHaveLength(436);
      expect(found.remarks.filter(({ grade }) => grade === 'FAILED')).toEqual([]);
    });
  },
);
