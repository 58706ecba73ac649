import fc from 'fast-check';

import { changedContent, codeFaults, contentFaults, newContent, type Content } from './content.ts';

const content: Content = newContent({ name: { en: 'Storage' }, kind: 'AREA' });
const paths = (given: Partial<Content>) =>
  contentFaults({ ...content, ...given }, []).map(({ path }) => path.join('.'));

describe('a code', () => {
  it('is parts of lower-case letters, digits and hyphens, joined by dots', () => {
    for (const code of ['a', 'cncf.runtime.container-runtime', '5g', 'x1.2'])
      expect(codeFaults(code, ['code'])).toEqual([]);
    for (const code of [
      '',
      'A',
      'a.',
      '.a',
      'a..b',
      'a-',
      '-a',
      'a--b',
      '한글',
      'a b',
      'a'.repeat(161),
    ])
      expect(codeFaults(code, ['code'])).toMatchObject([
        { code: 'INVALID', rule: 'CODE_HAS_FORM' },
      ]);
  });

  it('is told in linear time however long it is', () => {
    expect(codeFaults(`${'a-'.repeat(50_000)}!`, [])).toHaveLength(1);
  });
});

describe('content', () => {
  it('tells every limit that it breaks, each at its path', () => {
    expect(paths({})).toEqual([]);
    expect(
      paths({
        name: { ko: 'ㄱ'.repeat(201), en: null },
        aliases: ['fine', 'a'.repeat(121)],
        description: { ko: null, en: 'a'.repeat(2_001) },
        links: [{ title: 't'.repeat(121), url: 'javascript:alert(1)' }],
        position: 10_000,
      }),
    ).toEqual([
      'name.ko',
      'description.en',
      'aliases.1',
      'links.0.title',
      'links.0.url',
      'position',
    ]);
    expect(paths({ name: { ko: null, en: null } })).toEqual(['name']);
    expect(paths({ aliases: Array.from({ length: 21 }, String) })).toEqual(['aliases']);
  });

  it('counts characters, not the units that a language stores them in', () => {
    expect(paths({ name: { ko: '😀'.repeat(200), en: null } })).toEqual([]);
  });

  it('keeps what a change does not give, and lets null take only a description away', () => {
    const before = changedContent(content, {
      description: { en: 'Where bytes live' },
      aliases: ['S3', ' S3 ', ''],
      core: true,
    });
    expect(before.aliases).toEqual(['S3']);
    expect(changedContent(before, {})).toEqual(before);
    expect(changedContent(before, { name: null, aliases: null, links: null, core: null })).toEqual(
      before,
    );
    expect(changedContent(before, { description: null }).description).toBeNull();
    expect(changedContent(before, { description: { ko: ' ' } }).description).toBeNull();
  });

  it('is the same after being tidied twice', () => {
    const text = fc.record({ ko: fc.option(fc.string()), en: fc.option(fc.string()) });
    fc.assert(
      fc.property(text, fc.array(fc.string()), (name, aliases) => {
        const once = newContent({ name, aliases, description: name, kind: 'AREA' });
        expect(changedContent(once, once)).toEqual(once);
      }),
    );
  });
});
