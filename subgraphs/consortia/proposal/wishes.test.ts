import { firmsOf } from '../pool/firm.model.ts';
import { editorOf, startAlliance, type Alliance } from '../../../test/consortia/alliance.ts';

let alliance: Alliance;
let projectId: string | undefined;
const lead = editorOf('infra');

beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'], size: 'LARGE' }, { mesh: 7 });
  await alliance.tellFirm('soft', {}, { mesh: 8 });
  await alliance.tellFirm('barred', { restrictedUntil: new Date('2999-01-01') }, { mesh: 9 });
  await alliance.tellFirm('pending', { status: 'PENDING' }, { mesh: 9 });
  const { project } = await alliance.change<{ project: { id: string } | null }>(
    lead,
    'draftProject',
    {
      leadCompanyId: 'infra',
      title: { en: 'A project' },
      summary: {},
      sector: 'healthcare',
      requirements: [{ technologyId: 'mesh', leastLevel: 5 }],
    },
    'project { id }',
  );
  projectId = project?.id;
});
afterAll(() => alliance.stop());

const assemble = (constraints: object) =>
  alliance.change<{ assembly: { id: string } | null }>(
    lead,
    'assemble',
    { projectId, constraints },
    'assembly { id }',
  );

describe('wishes about firms', () => {
  it('are refused for firms that are unknown or not approved, with every path at once', async () => {
    const { assembly, problems } = await assemble({
      minPartners: 5,
      maxPartners: 4,
      mustInclude: ['nope', 'soft'],
      mustExclude: ['barred', 'pending'],
      conflicts: [['soft', 'nobody']],
    });
    expect(assembly).toBeNull();
    expect(
      problems.map(({ code, rule, limit, found, path }) => [
        code,
        rule,
        limit,
        found,
        path.join('/'),
      ]),
    ).toEqual([
      ['INVALID', 'MEMBERS_RANGE', '4', '5', 'constraints/minPartners'],
      ['NOT_FOUND', 'COMPANY_IS_KNOWN', 'APPROVED', 'nope', 'constraints/mustInclude/0'],
      ['NOT_FOUND', 'COMPANY_IS_KNOWN', 'APPROVED', 'pending', 'constraints/mustExclude/1'],
      ['NOT_FOUND', 'COMPANY_IS_KNOWN', 'APPROVED', 'nobody', 'constraints/conflicts/0/1'],
    ]);
  });

  it('are explained for a restricted firm, without firms that are gone since', async () => {
    const { assembly, problems } = await assemble({ mustInclude: ['barred'] });
    expect(problems).toEqual([]);
    const concerned = async () =>
      (
        await alliance.data<{
          assembly: {
            infeasibility: { conflict: { kind: string; companies: { id: string }[] }[] };
          };
        }>(
          lead,
          `query ($id: ID!) {
            assembly(id: $id) { infeasibility { conflict { kind companies { id } } } }
          }`,
          { id: assembly?.id },
        )
      ).assembly.infeasibility.conflict;
    expect(await concerned()).toEqual([{ kind: 'MUST_INCLUDE', companies: [{ id: 'barred' }] }]);
    await firmsOf(alliance.connection).updateOne({ _id: 'barred' }, { $set: { company: null } });
    expect(await concerned()).toEqual([{ kind: 'MUST_INCLUDE', companies: [] }]);
  });
});
