/** By what two records look like one firm: pure. */
import { searchForm } from '#kit/text.ts';
import type { CompanyRecord } from '../company/company.model.ts';

/** What two records have in common. */
export type Likeness = 'NAME' | 'WEBSITE';

/** What is compared. */
export type Compared = Pick<CompanyRecord, 'name' | 'website' | 'status'>;

/** What firms are called besides their name. */
const legalForms = new Set(
  '주식회사 유한회사 유한책임회사 재단법인 사단법인 주 유 재 사 inc incorporated corp corporation co company ltd limited llc llp plc gmbh ag sa sas bv nv oy ab kk pte pty'.split(
    ' ',
  ),
);
const attachedForms = /^(?:주식회사|유한회사)|(?:주식회사|유한회사)$/gu;

/** Where many firms have their pages. */
const sharedHosts = new Set(
  'github.com gitlab.com linkedin.com facebook.com x.com twitter.com youtube.com medium.com blog.naver.com cafe.naver.com smartstore.naver.com notion.site notion.so sites.google.com wikipedia.org en.wikipedia.org ko.wikipedia.org crunchbase.com'.split(
    ' ',
  ),
);

/** The keys that records of one firm are likely to share; none of a firm that is gone. */
export function likenessOf({ name, website, status }: Compared): string[] {
  if (status === 'MERGED' || status === 'CLOSED') return [];
  const names = [name.ko, name.en].map((each) => nameForm(each ?? '')).filter(Boolean);
  const host = hostOf(website);
  return [
    ...new Set([...names.map((form) => `NAME ${form}`), ...(host ? [`WEBSITE ${host}`] : [])]),
  ];
}

/** What a key says, and by what. */
export function likenessIn(key: string): { because: Likeness; value: string } {
  const [because = '', value = ''] = key.split(' ');
  return { because: because === 'WEBSITE' ? 'WEBSITE' : 'NAME', value };
}

/** A name without its legal form, as it is searched; whole where nothing else is in it. */
function nameForm(name: string): string {
  const words = name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(attachedForms, ' ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && !legalForms.has(word));
  return searchForm(words.join('')) || searchForm(name);
}

function hostOf(website: string | null): string | null {
  if (website === null || !URL.canParse(website)) return null;
  const host = new URL(website).hostname.replace(/^www\./, '');
  return host === '' || sharedHosts.has(host) ? null : host;
}
