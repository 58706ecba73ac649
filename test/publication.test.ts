import type { Platform } from '../infra/platform.ts';
import { startTestPlatform } from './platform.ts';
import { user } from './service.ts';

let platform: Platform;
let url: string;

const staff = user('0198c0de-0000-7000-8000-000000000002', { roles: ['SECRETARIAT'] });
const day = 86_400_000;

beforeAll(async () => {
  platform = await startTestPlatform();
  ({ url } = await platform.listen());
  for (const region of ['KR-11', 'KR-26']) {
    const input = {
      kind: 'TECH_MEETUP',
      organizer: 'The secretariat',
      region,
      title: { en: `Cloud night in ${region}` },
      startsAt: new Date(Date.now() + day).toISOString(),
      endsAt: new Date(Date.now() + day + 3_600_000).toISOString(),
      timeZone: 'Asia/Seoul',
    };
    const query = `mutation ($input: AnnounceEventInput!) { announceEvent(input: $input) { problems { message } } }`;
    const { data } = await platform.execute({ query, variables: { input } }, staff);
    const { problems } = (data as { announceEvent: { problems: object[] } }).announceEvent;
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
  }
});

afterAll(() => platform.stop());

const addresses = [
  ['calendar.ics', 'text/calendar; charset=utf-8'],
  ['feed.atom', 'application/atom+xml; charset=utf-8'],
];

it.each(addresses)('publishes events at /%s, all or of a region', async (path, type) => {
  const all = await fetch(new URL(path, url));
  expect([all.status, all.headers.get('content-type')]).toEqual([200, type]);
  expect(await all.text()).toMatch(/Cloud night in KR-(11|26)[\s\S]*Cloud night in KR-(11|26)/);
  const some = await (await fetch(new URL(`${path}?region=KR-26`, url))).text();
  expect(some).toContain('Cloud night in KR-26');
  expect(some).not.toContain('Cloud night in KR-11');
});

it.each(addresses)('opens a saved filter at /%s to whoever has its secret', async (path) => {
  const query = `mutation ($input: SaveFilterInput!) { saveFilter(input: $input) { secret problems { message } } }`;
  const input = { name: `Busan, ${path}`, filter: { regions: ['KR-26'] } };
  const { data } = await platform.execute({ query, variables: { input } }, staff);
  const { secret } = (data as { saveFilter: { secret: string } }).saveFilter;
  const saved = await fetch(new URL(`${path}?secret=${secret}`, url));
  expect(saved.headers.get('cache-control')).toMatch(/^private/);
  const text = await saved.text();
  expect(text).toContain('Cloud night in KR-26');
  expect(text).not.toContain('Cloud night in KR-11');
});

it.each(addresses)('answers 404 at /%s for a secret that opens nothing', async (path) => {
  const response = await fetch(new URL(`${path}?secret=${'x'.repeat(43)}`, url));
  expect(response.status).toBe(404);
});
