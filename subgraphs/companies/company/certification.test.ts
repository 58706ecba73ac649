import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import { modelsOf } from '../context.ts';
import { certificateProblems, certificationOf, countsOn } from './certification.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies();
});
afterAll(() => world.stop());

const answer =
  'company { id revision certifications { id } } certification { id current confirmedAt withdrawnAt } problems { code path }';
const add = `mutation ($input: AddCertificationInput!) { addCertification(input: $input) { ${answer} } }`;
const confirm = `mutation ($input: ConfirmCertificationInput!) { confirmCertification(input: $input) { ${answer} } }`;
const withdraw = `mutation ($input: WithdrawCertificationInput!) { withdrawCertification(input: $input) { ${answer} } }`;
const certificate = { scheme: 'CSAP', type: 'IAAS', grade: 'HIGH', validFrom: '2020-01-01' };

describe('countsOn', () => {
  const held = certificationOf({ ...certificate, validTo: '2020-12-31' }, new Date(), false);

  it.each([
    ['2019-12-31', false],
    ['2020-01-01', true],
    ['2020-12-31', true],
    ['2021-01-01', false],
  ])('on %s is %s', (day, counts) => {
    expect(countsOn(held, day)).toBe(counts);
  });

  it('is false before it is confirmed, and once it is withdrawn', () => {
    expect(countsOn({ ...held, confirmedAt: null }, '2020-06-01')).toBe(false);
    expect(countsOn({ ...held, withdrawnAt: new Date() }, '2020-06-01')).toBe(false);
  });

  it('has no end without a last day', () => {
    expect(countsOn({ ...held, validTo: null }, '2999-01-01')).toBe(true);
  });
});

describe('certificateProblems', () => {
  it.each([
    [{}, []],
    [{ scheme: 'ISO_27001', type: null, grade: null }, []],
    [{ scheme: 'csap' }, ['scheme']],
    [{ type: null }, ['type']],
    [{ type: 'PAAS' }, ['type']],
    [{ grade: 'TOP' }, ['grade']],
    [{ number: 'x'.repeat(81) }, ['number']],
    [{ validTo: '2019-12-31' }, ['validTo']],
    [{ appliedOn: '2020-01-02' }, ['appliedOn']],
  ])('of %j lie in %j', (draft, expected) => {
    const problems = certificateProblems({ ...certificate, ...draft }, []);
    expect(problems.map(({ path }) => path.join('.'))).toEqual(expected);
  });

  it.each([
    [{ scheme: 'csap' }, 'CODE_FORM', '^(?=.{1,40}$)[A-Z0-9]+(?:_[A-Z0-9]+)*$', 'csap'],
    [{ type: null }, 'CSAP_TYPE', 'IAAS, SAAS_STANDARD, SAAS_SIMPLE, DAAS', ''],
    [{ grade: 'TOP' }, 'CSAP_GRADE', 'HIGH, MID, LOW', 'TOP'],
    [{ number: 'x'.repeat(81) }, 'LENGTH', '80', '81'],
    [{ validTo: '2019-12-31' }, 'VALID_TO', '2020-01-01', '2019-12-31'],
    [{ appliedOn: '2020-01-02' }, 'APPLIED_ON', '2020-01-01', '2020-01-02'],
  ])('of %j name rule, limit and what was found', (draft, rule, limit, found) => {
    expect(certificateProblems({ ...certificate, ...draft }, [])).toMatchObject([
      { rule, limit, found },
    ]);
  });

  it('of a name without an end tell only its beginning', () => {
    const [fault] = certificateProblems({ ...certificate, scheme: 'X'.repeat(100_000) }, []);
    expect(fault).toMatchObject({ rule: 'CODE_FORM', found: 'X'.repeat(60) });
  });
});

describe('a certificate', () => {
  it('stated by the firm counts once the secretariat confirms it, until it is withdrawn', async () => {
    const { id: companyId, revision, owner } = await world.firm();
    const stated = await world.ask(owner, add, { input: { companyId, revision, certificate } });
    expect(stated.certification).toMatchObject({ current: false, confirmedAt: null });
    expect(await told(companyId)).toEqual([]);

    const certificationId = stated.certification.id;
    const seen = { companyId, revision: stated.company.revision, certificationId };
    const confirmed = await world.ask(world.secretariat, confirm, { input: seen });
    expect(confirmed.certification).toMatchObject({ current: true });
    expect(await told(companyId)).toMatchObject([{ scheme: 'CSAP', type: 'IAAS', validTo: null }]);
    const again = { ...seen, revision: confirmed.company.revision };
    expect((await world.ask(world.secretariat, confirm, { input: again })).problems).toMatchObject([
      { code: 'WRONG_STATE', path: ['certificationId'] },
    ]);

    const ended = await world.ask(owner, withdraw, { input: again });
    expect(ended.certification).toMatchObject({ current: false });
    expect(ended.company.certifications).toHaveLength(1);
    expect(await told(companyId)).toEqual([]);
  });

  it('stated by the secretariat counts at once, and is refused a second time', async () => {
    const { id: companyId, revision } = await world.firm();
    const input = { companyId, revision, certificate };
    const stated = await world.ask(world.secretariat, add, { input });
    expect(stated.certification).toMatchObject({ current: true });
    const again = { ...input, revision: stated.company.revision };
    expect((await world.ask(world.secretariat, add, { input: again })).problems).toMatchObject([
      { code: 'TAKEN', path: ['certificate'] },
    ]);
  });
});

/** The certificates that the other subgraphs know of. */
async function told(companyId: string): Promise<unknown> {
  const { connection } = world;
  const fact = await modelsOf(connection).facts.findById(`company:${companyId}`).lean();
  const state = fact?.state as { certificates: unknown } | undefined;
  return state?.certificates;
}
