import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { mutationText } from '../../../test/mutation.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies();
});
afterAll(() => world.stop());

const problems = 'problems { code path rule }';
const mutation = (name: string, fields = '') => mutationText(name, `${fields} ${problems}`);
const revisionOf = async (id: string): Promise<number> =>
  (await world.ask(world.secretariat, `{ company(id: "${id}") { revision } }`)).revision;
const conflict = (...path: string[]) => [{ code: 'WRONG_STATE', path, rule: 'CONFLICT' }];

describe('somebody of the secretariat who belongs to a firm', () => {
  it('decides nothing on it', async () => {
    const firm = await world.firm();
    const other = await world.firm({ businessNumber: '2208162517', name: { en: 'Other' } });
    const partial = {
      ...(await world.person('partial', { companies: { [firm.id]: 'VIEWER' } })),
      roles: ['SECRETARIAT' as const],
      companies: [],
    };
    const at = { id: firm.id, revision: await revisionOf(firm.id) };
    const tried = async (name: string, input: object) =>
      (await world.ask(partial, mutation(name), { input })).problems;
    const reason = 'Because.';
    expect(await tried('reviewCompany', { ...at, decision: 'SUSPEND', reason })).toEqual(
      conflict('id'),
    );
    expect(await tried('restrictCompany', { ...at, until: null, reason })).toEqual(conflict('id'));
    const into = { intoId: other.id, intoRevision: await revisionOf(other.id) };
    expect(await tried('mergeCompanies', { ...at, ...into })).toEqual(conflict('id'));
    const from = { id: other.id, revision: into.intoRevision };
    const turned = { ...from, intoId: at.id, intoRevision: at.revision };
    expect(await tried('mergeCompanies', turned)).toEqual(conflict('intoId'));
    expect(await tried('reviewCompany', { ...from, decision: 'SUSPEND', reason })).toEqual([]);
  });

  it('states certificates that wait for somebody else to confirm them', async () => {
    const firm = await world.firm();
    const partial = {
      ...(await world.person('sworn', { companies: { [firm.id]: 'VIEWER' } })),
      roles: ['SECRETARIAT' as const],
    };
    const certificate = { scheme: 'ISO_27001', validFrom: '2020-01-01' };
    const stated = await world.ask(
      partial,
      mutation('addCertification', 'certification { id confirmedAt current }'),
      { input: { companyId: firm.id, revision: await revisionOf(firm.id), certificate } },
    );
    expect(stated).toMatchObject({ certification: { confirmedAt: null, current: false } });
    const input = { companyId: firm.id, certificationId: stated.certification.id };
    const confirm = async (viewer: typeof world.secretariat) =>
      world.ask(viewer, mutation('confirmCertification', 'certification { current }'), {
        input: { ...input, revision: await revisionOf(firm.id) },
      });
    expect((await confirm(partial)).problems).toEqual(conflict('companyId'));
    expect(await confirm(world.secretariat)).toMatchObject({ certification: { current: true } });
  });
});
