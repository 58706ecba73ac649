/** How long does the partner search take among 100,000 companies with 1,000,000 capabilities (milliseconds a query)? [companies] */
import { connect } from '#kit/mongo.ts';
import { newId } from '#kit/id.ts';
import { companies } from '../subgraphs/companies/subgraph.ts';
import { entryOf } from '../subgraphs/companies/search/entry.ts';
import { modelsOf } from '../subgraphs/companies/context.ts';
import type { CompanyRecord } from '../subgraphs/companies/company/company.model.ts';
import { startTestDatabase } from '../test/database.ts';
import { someone, startTestService } from '../test/service.ts';
import { report } from './machine.ts';

const count = Number(process.argv[2] ?? 100_000);
const technologiesOfFirm = 10;
const technologyCount = 1_000;
const batchSize = 1_000;
const rounds = 30;

/** The same numbers in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const random = generator(20_261_122);
const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item;
const koWords =
  '클라우드 보안 데이터 소프트 시스템 네트웍스 테크 솔루션 정보 통신 미래 한빛 대한 서울 부산 오픈 스마트 인공지능 로봇 메디컬 에듀 핀테크 물류 에너지 바이오 디지털 플랫폼 이노 그린 블루'.split(
    ' ',
  );
const enWords =
  'cloud secure data soft systems networks tech solutions info comm future open smart robot medical edu fin logistics energy bio digital platform inno green blue nova star peak river stone'.split(
    ' ',
  );
const regions = 'KR-11 KR-26 KR-27 KR-28 KR-29 KR-30 KR-31 KR-41 KR-42 KR-43 US JP FR DE'.split(
  ' ',
);
const sectors = 'finance healthcare public education logistics general'.split(' ');
const kinds = [
  'IAAS',
  'PAAS',
  'SAAS',
  'SAAS',
  'SAAS',
  'MSP',
  'SI',
  'CONSULTING',
  'DEMAND',
] as const;

function firm(index: number): CompanyRecord {
  const number = index.toString(36);
  const registeredAt = new Date(1_600_000_000_000 + index * 1_000);
  return {
    _id: newId(),
    revision: 1,
    name: {
      ko: `${pick(koWords)}${pick(koWords)} ${pick(koWords)}${number}`,
      en: `${pick(enWords)} ${pick(enWords)} ${number}`,
    },
    businessNumber: String(1_000_000_000 + index),
    kinds: [pick(kinds)],
    sectors: [pick(sectors)],
    region: pick(regions),
    size: pick(['LARGE', 'MIDSIZE', 'SME', 'SME', 'SME', 'MICRO']),
    status: 'APPROVED',
    statusReason: null,
    website: null,
    description: null,
    capacity: 3,
    affiliateGroup: null,
    certifications: [],
    restrictedUntil: null,
    restrictedBecause: null,
    mergedIntoId: null,
    cloudRevenues: [],
    registeredAt,
    approvedAt: registeredAt,
    origin: null,
    memberChanges: 0,
  };
}

const database = await startTestDatabase();
const service = await startTestService(companies, database.uri);
const connection = await connect(database.uri, 'oca_companies');
const models = modelsOf(connection);
const technologies = Array.from({ length: technologyCount }, () => newId());

const began = performance.now();
for (let start = 0; start < count; start += batchSize) {
  const batch = Array.from({ length: Math.min(batchSize, count - start) }, (_, index) =>
    firm(start + index),
  );
  await models.companies.collection.insertMany(batch as never[]);
  const entries = batch.map((company) =>
    entryOf(company, {
      technologies: Array.from({ length: technologiesOfFirm }, () => ({
        technologyId: pick(technologies),
        level: 1 + random(9),
      })),
      running: random(4),
      completed: random(20),
      onTime: random(10_001),
      rating: random(6),
    }),
  );
  await models.entries.collection.insertMany(entries as never[]);
}
const loadSeconds = (performance.now() - began) / 1_000;
console.error(`loaded in ${Math.round(loadSeconds)} s`);

const page = `edges { node { id name { ko en } } }`;
const questions: Record<string, string> = {
  'first page by name': `{ companies { ${page} } }`,
  'a page from the middle': `{ companies(after: "MIDDLE") { ${page} } }`,
  'common Korean word': `{ companies(filter: { text: "클라우드" }) { ${page} } }`,
  'two Korean words': `{ companies(filter: { text: "메디컬 부산" }) { ${page} } }`,
  'initial consonants': `{ companies(filter: { text: "ㅋㄹㅇㄷㅂㅇ" }) { ${page} } }`,
  'part of a rare word': `{ companies(filter: { text: "클라우드1xy" }) { ${page} } }`,
  'English words': `{ companies(filter: { text: "cloud nova" }) { ${page} } }`,
  'kind, region and size': `{ companies(filter: { kinds: [IAAS], regions: ["KR-26"], sizes: [SME] }) { ${page} } }`,
  'near a region': `{ companies(filter: { near: "KR-26" }) { ${page} } }`,
  'common kind': `{ companies(filter: { kinds: [SAAS] }) { ${page} } }`,
  'technology and level': `{ companies(filter: { technologies: [{ technologyId: "${technologies[7]}", level: 6 }] }) { ${page} } }`,
  'technology, kind, available': `{ companies(filter: { technologies: [{ technologyId: "${technologies[7]}", level: 3 }], kinds: [SAAS], available: true }) { ${page} } }`,
  'by relevance': `{ companies(filter: { text: "nova" }, order: RELEVANCE) { ${page} } }`,
  'by track record': `{ companies(order: TRACK_RECORD) { ${page} } }`,
  'newest of a kind': `{ companies(filter: { kinds: [MSP] }, order: NEWEST) { ${page} } }`,
  'one syllable': `{ companies(filter: { text: "스" }) { ${page} } }`,
  'one initial consonant': `{ companies(filter: { text: "ㅋ" }) { ${page} } }`,
  'one letter that nobody has': `{ companies(filter: { text: "é" }) { ${page} } }`,
  'syllables that few have together': `{ companies(filter: { text: "안보" }) { ${page} } }`,
  'two technologies': `{ companies(filter: { technologies: [{ technologyId: "${technologies[7]}", level: 2 }, { technologyId: "${technologies[8]}" }] }) { ${page} } }`,
  'newest of three facets': `{ companies(filter: { kinds: [IAAS], regions: ["KR-26"], sectors: ["finance"] }, order: NEWEST) { ${page} } }`,
  'near a region, by track record': `{ companies(filter: { near: "KR-26" }, order: TRACK_RECORD) { ${page} } }`,
  'a track record that few have': `{ companies(filter: { trackRecord: { projects: 19, onTime: 9990 } }) { ${page} } }`,
  'a word from the middle': `{ companies(filter: { text: "클라우드" }, after: "MIDDLE") { ${page} } }`,
  'kind and region from the middle': `{ companies(filter: { kinds: [IAAS], regions: ["KR-26"] }, after: "MIDDLE") { ${page} } }`,
  'relevance of initial consonants': `{ companies(filter: { text: "ㅋㄹㅇㄷ" }, order: RELEVANCE) { ${page} } }`,
  'relevance of two words and facets': `{ companies(filter: { text: "star cloud", kinds: [IAAS], regions: ["KR-26"] }, order: RELEVANCE) { ${page} } }`,
  'count of everything': `{ companies { totalCount } }`,
  'count of a word': `{ companies(filter: { text: "클라우드" }) { totalCount } }`,
  'count of three facets': `{ companies(filter: { kinds: [IAAS], regions: ["KR-26"], sizes: [SME] }) { totalCount } }`,
  'facets of a kind and region': `{ companies(filter: { kinds: [IAAS], regions: ["KR-26"] }) { facets { name values { value count } } } }`,
  'facets of a rare word': `{ companies(filter: { text: "클라우드1x" }) { facets { name values { value count } } } }`,
  'facets of a word': `{ companies(filter: { text: "nova" }) { facets { name values { value count } } } }`,
  'facets of everything': `{ companies { facets { name values { value count } } } }`,
};

async function ask(source: string): Promise<unknown> {
  const { data, errors } = await service.ask(someone, source);
  if (errors) throw new AggregateError(errors, errors.join('\n'));
  return data;
}

const middle = (await ask(
  `{ companies(filter: { text: "${koWords[5]}" }) { edges { cursor } } }`,
)) as { companies: { edges: { cursor: string }[] } };
const cursor = middle.companies.edges.at(-1)?.cursor ?? '';

const figures: Record<string, { first: number; median: number; p95: number }> = {};
for (const [name, source] of Object.entries(questions)) {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await ask(source.replace('MIDDLE', cursor));
    times.push(performance.now() - start);
  }
  const [first = 0] = times;
  times.sort((a, b) => a - b);
  const at = (share: number) => Number((times[Math.ceil(rounds * share) - 1] ?? 0).toFixed(1));
  // The first one is asked before anything is remembered.
  figures[name] = { first: Number(first.toFixed(1)), median: at(0.5), p95: at(0.95) };
  console.error(name, figures[name]);
}
await report('companies-search', {
  companies: count,
  capabilities: count * technologiesOfFirm,
  loadSeconds: Math.round(loadSeconds),
  millisecondsByQuestion: figures,
});
await connection.close();
await service.stop();
await database.stop();
