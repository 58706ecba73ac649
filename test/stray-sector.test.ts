import type { Platform } from '../infra/platform.ts';
import { startTestPlatform } from './platform.ts';
import { someone, user } from './service.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(() => platform.stop());

it('lets a sector that no list knows name itself, rather than blank a list for everybody', async () => {
  const staff = user('0198c0de-0000-7000-8000-000000000003', { roles: ['SECRETARIAT'] });
  const day = 86_400_000;
  const input = {
    kind: 'TECH_MEETUP',
    organizer: 'The secretariat',
    region: 'KR-11',
    sectors: ['nope'],
    title: { en: 'A\r\nB\u0000C' },
    startsAt: new Date(Date.now() + day).toISOString(),
    endsAt: new Date(Date.now() + day + 3_600_000).toISOString(),
    timeZone: 'Asia/Seoul',
  };
  const query = `mutation ($input: AnnounceEventInput!) { announceEvent(input: $input) { problems { message } } }`;
  await platform.execute({ query, variables: { input } }, staff);
  const list = `{ events(first: 5) { edges { node { title { en } sectors { code name { ko en } } } } } }`;
  const { data, errors } = await platform.execute({ query: list }, someone);
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    events: {
      edges: [
        {
          node: {
            title: { en: 'A BC' },
            sectors: [{ code: 'nope', name: { ko: null, en: 'nope' } }],
          },
        },
      ],
    },
  });
});
