import { visitor, type Viewer } from '#kit/viewer.ts';
import type { SearchFact } from '#schema/facts.ts';
import {
  password,
  startCompanies,
  type CompaniesWorld,
} from '../../../test/companies/companies.ts';
import { readCompaniesConfig } from '../config.ts';
import { createContext, type Context } from '../context.ts';
import { notifySearches } from './saved-search.ts';

let world: CompaniesWorld;
let context: Context;
beforeAll(async () => {
  // No mail server answers there: errands wait where the test looks for them.
  world = await startCompanies({ MAIL_URL: 'smtp://127.0.0.1:1' });
  context = createContext(world.connection, readCompaniesConfig({}), visitor('test'));
});
afterAll(() => world.stop());

const save = `mutation ($input: SaveSearchInput!) { saveSearch(input: $input) { savedSearch { id revision name filter told } problems { code path } } }`;
const forget = `mutation ($input: ForgetSearchInput!) { forgetSearch(input: $input) { id problems { code path } } }`;
const own = '{ me { savedSearches { name told } } }';
const update = `mutation ($input: UpdateCompanyInput!) { updateCompany(input: $input) { problems { code } } }`;

let now = Date.now();

/** Errands that wait for the user, after every search was looked at. */
async function toldTo(viewer: Viewer): Promise<unknown[]> {
  now += 61_000;
  await notifySearches(context, new Date(now));
  const user = await context.users.findById(viewer.userId ?? '').lean();
  const errands = await context.post
    .find({ to: user?.email ?? '' })
    .sort({ _id: 1 })
    .lean();
  await context.post.deleteMany({});
  return errands.map(({ errand }) => errand);
}

describe('a saved search', () => {
  it('tells of a firm that matches now and did not before, once', async () => {
    const before = await world.firm({ name: { en: 'Quokka One' } });
    const late = await world.firm({ name: { en: 'Wombat' } });
    const viewer = await world.person('ada');
    const input = { name: 'Quokkas', filter: { text: 'quokka', kinds: ['SAAS'] } };
    const { savedSearch } = await world.ask(viewer, save, { input });
    expect(savedSearch).toMatchObject({ name: 'Quokkas', told: 0 });
    expect(JSON.parse(savedSearch.filter)).toEqual(input.filter);

    // Known already, and changed: nothing to tell.
    const change = { id: before.id, revision: before.revision, size: 'LARGE' };
    await world.ask(before.owner, update, { input: change });
    expect(await context.savedSearches.findById(savedSearch.id).lean()).toMatchObject({
      knownIds: [before.id],
    });
    expect(await toldTo(viewer)).toEqual([]);

    await world.firm({ name: { en: 'Quokka Two' } });
    await world.firm({ name: { en: 'Quokka Three' }, kinds: ['IAAS'] });
    await world.firm({ name: { en: 'Quokka Four' } }, 'PENDING');
    await world.ask(late.owner, update, {
      input: { id: late.id, revision: late.revision, name: { en: 'Quokka Wombat' } },
    });
    const found = await toldTo(viewer);
    expect(found).toEqual([
      {
        kind: 'SEARCH_FOUND',
        search: 'Quokkas',
        count: 2,
        companies: expect.arrayContaining([
          { ko: null, en: 'Quokka Two' },
          { ko: null, en: 'Quokka Wombat' },
        ]),
      },
    ]);
    expect(await toldTo(viewer)).toEqual([]);
    expect(await world.ask(viewer, own)).toEqual({ savedSearches: [{ name: 'Quokkas', told: 2 }] });
  });

  it('keeps what it found until the e-mail is confirmed', async () => {
    const viewer = await world.person('emu');
    const confirm = (verifiedAt: Date | null) =>
      context.users.updateOne({ _id: viewer.userId ?? '' }, { $set: { verifiedAt } });
    await world.ask(viewer, save, { input: { name: 'Numbats', filter: { text: 'numbat' } } });
    await confirm(null);
    await world.firm({ name: { en: 'Numbat' } });
    expect(await toldTo(viewer)).toEqual([]);
    await confirm(new Date());
    expect(await toldTo(viewer)).toMatchObject([{ kind: 'SEARCH_FOUND', count: 1 }]);
  });

  it('is its user’s alone, and forgotten by nobody else', async () => {
    const viewer = await world.person('bob');
    const other = await world.person('carol');
    const input = { name: 'Mine', filter: { text: 'mine' } };
    const { savedSearch } = await world.ask(viewer, save, { input });
    const { id, revision } = savedSearch;
    const none = await world.ask(other, forget, { input: { id, revision } });
    expect(none.problems).toEqual([{ code: 'NOT_FOUND', path: ['id'] }]);
    expect(await world.ask(other, own)).toEqual({ savedSearches: [] });
    const stale = await world.ask(viewer, forget, { input: { id, revision: 9 } });
    expect(stale.problems).toEqual([{ code: 'STALE', path: ['revision'] }]);
    expect(await world.ask(viewer, forget, { input: { id, revision } })).toEqual({
      id,
      problems: [],
    });
  });

  it('has a name, asks for approved firms only, and takes what a search takes', async () => {
    const viewer = await world.person('dora');
    const input = { name: ' ', filter: { statuses: ['APPROVED'] } };
    expect((await world.ask(viewer, save, { input })).problems).toEqual([
      { code: 'INVALID', path: ['name'] },
      { code: 'INVALID', path: ['filter'] },
    ]);
    const long = { name: 'Long', filter: { text: 'x'.repeat(101) } };
    expect(await world.codes(viewer, save, { input: long })).toEqual(['BAD_USER_INPUT']);
  });

  it('tells the inbox of each firm too, the last hundred, until it is forgotten or its user is erased', async () => {
    const viewer = await world.person('inbox');
    const input = { name: 'Numbats', filter: { text: 'numbat' } };
    const { savedSearch } = await world.ask(viewer, save, { input });
    const { id } = savedSearch;
    const told = async () =>
      (await context.facts.findById(`search:${id}`).lean())?.state as SearchFact | null | undefined;
    expect(await told()).toBeUndefined();
    const first = await world.firm({ name: { en: 'Numbat One' } });
    await toldTo(viewer);
    // The test's clock is ahead of what entries are dated by.
    const due = { checkedAt: new Date(), nextAt: new Date() };
    await context.savedSearches.updateOne({ _id: id }, { $set: due });
    const second = await world.firm({ name: { en: 'Numbat Two' } });
    await toldTo(viewer);
    expect(await told()).toMatchObject({
      userId: viewer.userId,
      name: 'Numbats',
      found: [{ companyId: first.id }, { companyId: second.id }],
    });
    const lately = Array.from({ length: 100 }, (_, n) => ({ companyId: `c${n}`, at: new Date() }));
    await context.savedSearches.updateOne({ _id: id }, { $set: { ...due, lately } });
    const third = await world.firm({ name: { en: 'Numbat Three' } });
    await toldTo(viewer);
    const found = (await told())?.found ?? [];
    expect([found.length, found[0]?.companyId, found.at(-1)?.companyId]).toEqual([
      100,
      'c1',
      third.id,
    ]);
    await world.ask(viewer, forget, { input: { id, revision: savedSearch.revision } });
    expect(await told()).toBeNull();

    const other = await world.ask(viewer, save, { input });
    await world.firm({ name: { en: 'Numbat Four' } });
    await toldTo(viewer);
    const erase = `mutation ($input: EraseAccountInput!) { eraseAccount(input: $input) { problems { code } } }`;
    await world.ask(viewer, erase, { input: { currentPassword: password } });
    const fact = await context.facts.findById(`search:${other['savedSearch'].id}`).lean();
    expect(fact).toMatchObject({ state: null });
  });

  it('tells of a firm once whose certificate is valid from a later day, and not again when it comes back', async () => {
    const viewer = await world.person('days');
    const input = { name: 'Certified', filter: { certificate: { scheme: 'ISO_27001' } } };
    const { savedSearch } = await world.ask(viewer, save, { input });
    const day = 24 * 3_600_000;
    const held = async (from: number) => {
      const validFrom = new Date(from).toISOString().slice(0, 10);
      const certificates = [
        { scheme: 'ISO_27001', type: null, grade: null, validFrom, validTo: '9999-12-31' },
      ];
      return { certificates, terms: ['certificate:ISO_27001'], changedAt: new Date(now) };
    };
    const { id } = await world.firm();
    const keep = (change: object) => context.entries.updateOne({ _id: id }, { $set: change });
    await keep(await held(now + 3 * day));
    expect(await toldTo(viewer)).toEqual([]);
    // Nothing changes but the day.
    now += 5 * day;
    expect(await toldTo(viewer)).toMatchObject([{ kind: 'SEARCH_FOUND', count: 1 }]);
    expect(await toldTo(viewer)).toEqual([]);
    await keep({ certificates: [], changedAt: new Date(now) });
    expect(await toldTo(viewer)).toEqual([]);
    await keep(await held(now - day));
    expect(await toldTo(viewer)).toEqual([]);
    expect(await context.savedSearches.findById(savedSearch.id).lean()).toMatchObject({ told: 1 });
  });

  it('is one of fifty, also where several are saved at once', async () => {
    const viewer = await world.person('hoarder');
    const input = { name: 'Kept', filter: { text: 'bilby' } };
    await world.ask(viewer, save, { input });
    const [{ _id: _, ...kept } = { _id: '' }] = await context.savedSearches
      .find({ userId: viewer.userId ?? '' })
      .lean();
    await context.savedSearches.insertMany(
      Array.from({ length: 47 }, (__, n) => ({ ...kept, _id: `hoarded-${n}` })),
    );
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => world.ask(viewer, save, { input })),
    );
    expect(answers.filter(({ savedSearch }) => savedSearch !== null)).toHaveLength(2);
    const refused = answers.flatMap(({ problems }) => problems);
    expect(refused.map(({ code }) => code)).toEqual(Array(4).fill('LIMIT_REACHED'));
  });
});
