import fc from 'fast-check';

import type { Problem } from '#kit/refusal.ts';
import { firstTemplate } from './default-template.ts';
import {
  blockOf,
  blocks,
  fill,
  missingFrom,
  namesIn,
  placeholderFaults,
  required,
  values,
  type ValueName,
} from './placeholder.ts';
import { readTemplate } from './template.ts';

const filling = Object.fromEntries(values.map((name) => [name, `<${name}>`])) as Record<
  ValueName,
  string
>;

const rulesOf = (text: string, mayBeBlock: boolean) =>
  placeholderFaults(text, ['here'], mayBeBlock).map(({ rule, found }) => [rule, found]);

describe('placeholderFaults', () => {
  it('takes every value anywhere, and every block alone in a paragraph', () => {
    for (const name of values) expect(rulesOf(`a {{${name}}} b`, false)).toEqual([]);
    for (const name of blocks) expect(rulesOf(`{{${name}}}`, true)).toEqual([]);
  });

  it('names unknown placeholders, blocks within words or in a heading, and loose braces', () => {
    expect(rulesOf('{{nobody}} {{ number }}', true)).toEqual([
      ['PLACEHOLDER', '{{nobody}}'],
      ['PLACEHOLDER', '{{ number }}'],
    ]);
    expect(rulesOf('All: {{members}}', true)).toEqual([['PLACEHOLDER', 'All: {{members}}']]);
    expect(rulesOf('{{members}}', false)).toEqual([['PLACEHOLDER', '{{members}}']]);
    expect(rulesOf('{{number', true)).toEqual([['PLACEHOLDER', '{{number']]);
    expect(rulesOf('number}}', true)).toEqual([['PLACEHOLDER', 'number}}']]);
    expect(rulesOf('{{{{number}}}}', true)).toEqual([['PLACEHOLDER', '{{}}']]);
  });

  it('lets nothing through that cannot be filled in', () => {
    const piece = fc.oneof(
      fc.constantFrom('{{', '}}', '{', '}', ...values.map((name) => `{{${name}}}`), '{{members}}'),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        if (placeholderFaults(text, [], true).length > 0 || blockOf(text) !== null) return;
        expect(() => fill(text, filling)).not.toThrow();
      }),
    );
  });
});

describe('fill', () => {
  it('never reads what a value brings for placeholders', () => {
    const text = fill('{{projectTitle}}', { ...filling, projectTitle: '{{number}} $& {{x}}' });
    expect(text).toBe('{{number}} $& {{x}}');
  });
});

describe('the first template', () => {
  it('passes the checks that later ones must pass', () => {
    const faults: Problem[] = [];
    expect(readTemplate(firstTemplate, faults)).toEqual(firstTemplate);
    expect(faults).toEqual([]);
  });

  it('has in both languages what no agreement is without', () => {
    for (const language of ['ko', 'en'] as const) {
      const texts = firstTemplate.articles.flatMap(({ paragraphs }) =>
        paragraphs.map((each) => each[language]),
      );
      expect(missingFrom(texts)).toEqual([]);
      expect(missingFrom([])).toEqual(required);
      expect(namesIn(texts.join(' ')).length).toBeGreaterThan(required.length);
    }
  });
});
