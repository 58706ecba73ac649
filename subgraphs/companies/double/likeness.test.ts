import { heldAfter } from './double.ts';
import { likenessOf, type Compared } from './likeness.ts';

const firm = (more: Partial<Compared>): Compared => ({
  name: { ko: null, en: 'Nova Star' },
  website: null,
  status: 'APPROVED',
  ...more,
});

describe('likenessOf', () => {
  it.each([
    [{ ko: '주식회사 한빛클라우드', en: null }, ['NAME 한빛클라우드']],
    [{ ko: '㈜한빛 클라우드', en: null }, ['NAME 한빛클라우드']],
    [{ ko: '한빛클라우드(주)', en: null }, ['NAME 한빛클라우드']],
    [{ ko: '한빛클라우드주식회사'.normalize('NFD'), en: null }, ['NAME 한빛클라우드']],
    [{ ko: null, en: 'NOVA-STAR Co., Ltd.' }, ['NAME novastar']],
    [{ ko: '노바', en: 'Nova Star, Inc.' }, ['NAME 노바', 'NAME novastar']],
    [{ ko: null, en: 'Limited' }, ['NAME limited']],
  ])('finds what %j is called without its legal form', (name, keys) => {
    expect(likenessOf(firm({ name }))).toEqual(keys);
  });

  it.each([
    ['https://www.nova.example/cloud?x=1', ['WEBSITE nova.example']],
    ['http://NOVA.example', ['WEBSITE nova.example']],
    ['https://github.com/nova', []],
    ['https://www.linkedin.com/company/nova', []],
    ['not an address', []],
  ])('compares %s by its host, where it is its own', (website, keys) => {
    expect(likenessOf(firm({ website }))).toEqual(['NAME novastar', ...keys]);
  });

  it.each(['MERGED', 'CLOSED'] as const)('finds nothing of a firm that is %s', (status) => {
    expect(likenessOf(firm({ status }))).toEqual([]);
  });
});

const company = (_id: string, en: string) => ({ ...firm({ name: { ko: null, en } }), _id });

describe('heldAfter', () => {
  it('adds, keeps and takes away', () => {
    const before = [
      { _id: 'NAME a', companyIds: ['1', '2'] },
      { _id: 'NAME b', companyIds: ['3'] },
    ];
    const after = heldAfter(before, [company('1', 'b'), company('2', 'a')]);
    expect(Object.fromEntries(after)).toEqual({ 'NAME a': ['2'], 'NAME b': ['1', '3'] });
  });

  it('stops keeping what is common', () => {
    const many = Array.from({ length: 40 }, (_, index) => company(String(100 + index), 'a'));
    const common = heldAfter([], many).get('NAME a') ?? [];
    expect(common).toHaveLength(21);
    const [first] = common;
    const again = heldAfter(
      [{ _id: 'NAME a', companyIds: common }],
      [company(first ?? '', 'another'), company('999', 'a')],
    );
    expect(again.get('NAME a')).toEqual(common);
  });
});
