import { visitor } from '#kit/viewer.ts';
import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { readCompaniesConfig } from '../config.ts';
import { createContext, type Context } from '../context.ts';
import { announceExpiring, daysBetween, dueAnnouncement } from './expiry.ts';

describe('dueAnnouncement', () => {
  it.each([
    [91, null],
    [90, 90],
    [31, 90],
    [30, 30],
    [8, 30],
    [7, 7],
    [0, 7],
    [-1, null],
  ])('with %i days left is the one %s days ahead', (daysLeft, ahead) => {
    expect(dueAnnouncement(daysLeft)).toBe(ahead);
  });
});

it('counts calendar days over the turn of a year and a leap day', () => {
  expect(daysBetween('2027-12-31', '2028-01-01')).toBe(1);
  expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2);
});

describe('announceExpiring', () => {
  let world: CompaniesWorld;
  let context: Context;
  beforeAll(async () => {
    // No mail server answers there: errands wait where the test looks for them.
    world = await startCompanies({ MAIL_URL: 'smtp://127.0.0.1:1' });
    context = createContext(world.connection, readCompaniesConfig({}), visitor('test'));
  });
  afterAll(() => world.stop());

  it('tells the owners and editors 90, 30 and 7 days ahead, each once', async () => {
    const { id: companyId, revision } = await world.firm({ name: { en: 'Ending' } });
    await world.person('editor', { companies: { [companyId]: 'EDITOR' } });
    await world.person('viewer', { companies: { [companyId]: 'VIEWER' } });
    const add = `mutation ($input: AddCertificationInput!) { addCertification(input: $input) { company { revision } problems { code } } }`;
    const certificate = {
      scheme: 'CSAP',
      type: 'IAAS',
      validFrom: '2029-01-01',
      validTo: '2030-12-31',
    };
    await world.ask(world.secretariat, add, { input: { companyId, revision, certificate } });
    const on = (day: string) => announceExpiring(context, new Date(`${day}T12:00:00+09:00`));
    expect(await on('2030-10-01')).toBe(0);
    expect(await on('2030-10-02')).toBe(1);
    expect(await on('2030-10-02')).toBe(0);
    expect(await on('2030-12-01')).toBe(1);
    expect(await on('2030-12-24')).toBe(1);
    expect(await on('2030-12-31')).toBe(0);
    expect(await on('2031-01-01')).toBe(0);
    expect(await context.expiryNotices.countDocuments()).toBe(3);
    const posted = await context.post.find({ 'errand.kind': 'CERTIFICATE_ENDS' }).lean();
    expect(posted.map(({ to }) => to).toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'editor@example.org'),
      ...Array.from({ length: 3 }, () => 'owner1@example.org'),
    ]);
  });
});
