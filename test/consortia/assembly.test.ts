/** Teams that are searched for: what they cover, why there is none, and who sees them. */
import { auditOf, verifyAudit } from '#kit/audit.ts';
import { editorOf, secretary, type Alliance } from './alliance.ts';
import { assemble, lead, needs, startSupply } from './assembling.ts';
import { draftProject } from './draft.ts';
import { someone } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startSupply();
});
afterAll(() => alliance.stop());

const draft = (requirements: readonly object[], more: object = {}) =>
  draftProject(alliance, 'infra', requirements, more);

describe('assembling a team', () => {
  it('covers every mandatory requirement, proves it, and says why each firm is in', async () => {
    const project = await draft(needs, { budget: 5_000 });
    const { assembly, problems } = await assemble(alliance, project.id, { alternatives: 1 });
    expect(problems).toEqual([]);
    expect(assembly?.status).toBe('OPTIMAL');
    const [best] = assembly?.proposals ?? [];
    if (!best) throw new Error('There is no proposal.');
    expect(best.lead.id).toBe('infra');
    const covered = best.members.flatMap(({ covers }) =>
      covers.map(({ requirement }) => requirement.technology.id),
    );
    expect(new Set(covered)).toEqual(new Set(['mesh', 'store', 'model']));
    const members = best.members.map(({ company }) => company.id);
    expect(members).not.toEqual(expect.arrayContaining(['barred']));
    expect(members).not.toEqual(expect.arrayContaining(['full']));
    expect(members).not.toEqual(expect.arrayContaining(['pending']));
    expect(best.bound).toBeLessThanOrEqual(best.points);
    expect(Object.values(best.parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(
      best.points,
      6,
    );
    expect(best.cost % 1_000).toBe(0);
    for (const { reasons } of best.members) {
      expect(reasons.length).toBeGreaterThan(0);
      for (const { text } of reasons) {
        expect(text.ko).toMatch(/\p{Script=Hangul}/u);
        expect(text.en).not.toMatch(/\p{Script=Hangul}|[0-9a-f]{8}-/u);
      }
    }
  });

  it('is recorded once it is done, and not when it is refused', async () => {
    const project = await draft(needs, { budget: 5_000 });
    const deeds = () =>
      auditOf(alliance.connection).countDocuments({ mutation: 'assemble', userId: lead.userId });
    const before = await deeds();
    await assemble(alliance, project.id);
    expect(await deeds()).toBe(before + 1);
    expect((await assemble(alliance, 'nowhere')).problems).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await deeds()).toBe(before + 1);
    expect((await verifyAudit(alliance.connection)).faults).toEqual([]);
  });

  it('says which requirement cannot be met and by how many firms', async () => {
    const ko = '기술 요구: store 기술 (독립 공급 기업 4개, TRL 6 이상)';
    const en = 'providers of store (4 independent, at TRL 6 or above)';
    const project = await draft([{ technologyId: 'store', leastLevel: 6, providers: 4 }]);
    const { assembly } = await assemble(alliance, project.id);
    expect(assembly).toMatchObject({ status: 'INFEASIBLE', proposals: [] });
    // Two firms of one group count once, the restricted and the full one not at all.
    expect(assembly?.shortfalls).toEqual([
      { requirement: { technology: { id: 'store' } }, missing: 2, available: 3 },
    ]);
    expect(assembly?.infeasibility).toEqual({
      conflict: [{ kind: 'REQUIREMENT', text: { ko, en } }],
      relaxation: { changes: [{ demand: { kind: 'REQUIREMENT' }, from: 4, to: 2 }] },
    });
  });

  it('tells what a team costs at least where the budget is in the way', async () => {
    const priced = needs.map((need) => ({ ...need, estimatedPrice: 1_000 }));
    const project = await draft(priced, { budget: 5_000_000 });
    const cost = 1_000 * needs.length;
    const budgets = await Promise.all(
      [cost, cost - 1].map(async (budget) => {
        const { assembly } = await alliance.change<{ assembly: unknown }>(
          lead,
          'assemble',
          { projectId: project.id, alternatives: 0, constraints: { budget } },
          'assembly { infeasibility { cheapestTeam { cost isProven } } }',
        );
        return assembly;
      }),
    );
    expect(budgets).toEqual([
      { infeasibility: null },
      { infeasibility: { cheapestTeam: { cost, isProven: true } } },
    ]);
  });

  it('lets the verified level count in place of the declared one', async () => {
    await alliance.tellFirm('boaster', {}, { mesh: [9, 2] });
    const project = await draft([{ technologyId: 'mesh', leastLevel: 5, providers: 2 }]);
    expect((await assemble(alliance, project.id)).assembly?.status).toBe('INFEASIBLE');
  });

  it('counts only certificates that are valid today', async () => {
    const lapsed = [
      { scheme: 'CSAP', type: null, grade: null, validFrom: '2010-01-01', validTo: '2011-01-01' },
    ];
    await alliance.tellFirm('lapsed', { certificates: lapsed }, { store: 9 });
    const project = await draft([
      { technologyId: 'store', leastLevel: 6, certificateScheme: 'CSAP' },
    ]);
    const { assembly } = await assemble(alliance, project.id, { alternatives: 0 });
    expect(assembly?.proposals[0]?.members.map(({ company }) => company.id)).toEqual([
      'infra',
      'soft',
    ]);
  });

  it('answers a repeat with the first answer, and refuses another request under its key', async () => {
    const project = await draft(needs);
    const key = { idempotencyKey: `repeat-${project.id}` };
    const first = await assemble(alliance, project.id, key);
    const second = await assemble(alliance, project.id, key);
    expect(second.assembly?.id).toBe(first.assembly?.id);
    const other = await assemble(alliance, project.id, { ...key, alternatives: 0 });
    expect(other.problems).toMatchObject([{ code: 'TAKEN', path: ['idempotencyKey'] }]);
  });

  it('refuses impossible wishes with every path at once', async () => {
    const project = await draft(needs);
    const { assembly, problems } = await assemble(alliance, project.id, {
      alternatives: 11,
      constraints: {
        maxPartners: 101,
        minSmes: { count: 2, share: 3_000 },
        mustInclude: ['soft'],
        mustExclude: ['soft'],
        conflicts: [['soft']],
        weights: { coverage: 1_000, track: 1, cost: 0, size: 0, cohesion: 0 },
      },
    });
    expect(assembly).toBeNull();
    expect(problems.map(({ path }) => path.join('/')).toSorted()).toEqual([
      'alternatives',
      'constraints/conflicts/0',
      'constraints/maxPartners',
      'constraints/minSmes',
      'constraints/mustInclude/0',
      'constraints/weights',
    ]);
  });

  it('is shown to the firm that leads and the secretariat alone', async () => {
    const project = await draft(needs);
    const { assembly } = await assemble(alliance, project.id);
    const read = async (viewer: typeof lead) =>
      (
        await alliance.data<{ assembly: { id: string } | null }>(
          viewer,
          'query ($id: ID!) { assembly(id: $id) { id } }',
          { id: assembly?.id },
        )
      ).assembly;
    expect(await read(lead)).not.toBeNull();
    expect(await read(secretary)).not.toBeNull();
    expect(await read(editorOf('soft'))).toBeNull();
    const { errors } = await alliance.ask(someone, '{ assembly(id: "x") { id } }');
    expect(errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  });

  it('shows at once how many firms could meet each requirement', async () => {
    const project = await draft([
      { technologyId: 'store', leastLevel: 6 },
      { technologyId: 'store', leastLevel: 8 },
      { technologyId: 'store', leastLevel: 6, certificateScheme: 'CSAP' },
      { technologyId: 'model', leastLevel: 9 },
    ]);
    const { project: shown } = await alliance.data<{
      project: { requirements: { supply: { firms: number; independent: number } }[] };
    }>(
      lead,
      'query ($id: ID!) { project(id: $id) { requirements { supply { firms independent } } } }',
      { id: project.id },
    );
    expect(shown.requirements.map(({ supply }) => supply)).toEqual([
      { firms: 4, independent: 3 },
      { firms: 2, independent: 2 },
      { firms: 1, independent: 1 },
      { firms: 0, independent: 0 },
    ]);
  });
});
