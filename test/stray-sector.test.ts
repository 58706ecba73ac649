import { connect } from '#kit/mongo.ts';
import type { Platform } from '../infra/platform.ts';
import { startTestPlatform } from './platform.ts';
import { someone, user } from './service.ts';
import { mutationText } from './mutation.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.caughtUp();
});

afterAll(() => platform.stop());

const staff = user('0198c0de-0000-7000-8000-000000000003', {
  roles: ['SECRETARIAT'],
  companies: { firm: 'OWNER' },
});
const day = 86_400_000;
const text = { en: 'Text' };
const meetup = {
  kind: 'TECH_MEETUP',
  organizer: 'The secretariat',
  region: 'KR-11',
  title: { en: 'A\r\nB\u0000C' },
  startsAt: new Date(Date.now() + day).toISOString(),
  endsAt: new Date(Date.now() + day + 3_600_000).toISOString(),
  timeZone: 'Asia/Seoul',
};

async function change(
  mutation: string,
  input: object,
): Promise<{ code: string; path: string[] }[]> {
  const query = mutationText(mutation, 'problems { code path }', 'outcome');
  const { data, errors } = await platform.execute({ query, variables: { input } }, staff);
  expect(errors).toBeUndefined();
  const { outcome } = data as { outcome: { problems: { code: string; path: string[] }[] } };
  return outcome.problems;
}

describe('a sector that there is not', () => {
  const edition = { validFrom: '2026-01-01', sectors: ['public', 'nope'] };
  it.each<[string, object, string[]]>([
    ['announceEvent', { ...meetup, sectors: ['public', 'nope'] }, ['sectors', '1']],
    [
      'importEvents',
      {
        source: 'test',
        rows: [{ ...meetup, externalId: '1', sectors: ['nope', 'finance'] }],
      },
      ['rows', '0', 'sectors', '0'],
    ],
    ['draftService', { providerId: 'firm', name: text, sectors: ['nope'] }, ['sectors', '0']],
    ['createTechMap', { code: 'stray', name: text, sector: 'nope' }, ['sector']],
    [
      'draftProject',
      { leadCompanyId: 'firm', title: text, summary: text, sector: 'nope' },
      ['sector'],
    ],
    [
      'createProgramme',
      { kind: 'TEST', name: text, rules: [edition] },
      ['rules', '0', 'sectors', '1'],
    ],
    [
      'registerCompany',
      {
        name: text,
        kinds: ['SAAS'],
        region: 'FR',
        size: 'SME',
        sectors: ['public', 'public', 'nope'],
      },
      ['sectors', '2'],
    ],
  ])('is refused by %s', async (mutation, input, path) => {
    expect(await change(mutation, input)).toContainEqual({ code: 'NOT_FOUND', path });
  });

  it('may be named from the moment it is added', async () => {
    const added = { code: 'nope-no-more', name: { ko: '새', en: 'New' } };
    expect(await change('addSector', added)).toEqual([]);
    await platform.caughtUp();
    const map = { code: 'new', name: text, sector: added.code };
    expect(await change('createTechMap', map)).toEqual([]);
  });

  it('names itself where it was kept before, rather than blank a list for everybody', async () => {
    expect(await change('announceEvent', { ...meetup, sectors: ['public'] })).toEqual([]);
    const connection = await connect(platform.mongoUri, 'oca_events');
    await connection.collection('events').updateMany({}, { $set: { sectors: ['nope'] } });
    await connection.close();
    const list = `{ events(first: 5) { edges { node { title { en } sectors { code name { ko en } } } } } }`;
    const { data, errors } = await platform.execute({ query: list }, someone);
    expect(errors).toBeUndefined();
    const node = {
      title: { en: 'A BC' },
      sectors: [{ code: 'nope', name: { ko: null, en: 'nope' } }],
    };
    expect(data).toEqual({ events: { edges: [{ node }] } });
  });
});
