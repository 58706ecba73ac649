/** Audits of selected services. */
import type { Viewer } from '#kit/viewer.ts';
import { secretariat, startMarketplace, type TestMarketplace } from './marketplace.ts';
import { levels, stepsOf, third, type Steps } from './selection.ts';
import { someone } from '../service.ts';
import { tellFirms } from '../told.ts';

let { query, uri, stop, heard } = {} as TestMarketplace;
let { outcome, submitted, step, judged } = {} as Steps;

beforeAll(async () => {
  const marketplace = await startMarketplace();
  ({ query, uri, stop, heard } = marketplace);
  ({ outcome, submitted, step, judged } = stepsOf(marketplace));
  await tellFirms(uri, { third: {} });
  await heard();
});

afterAll(() => stop());

const name = '감사 받을 서비스';
const source = `query ($text: String) { services(filter: { text: $text }) { edges { node {
  id revision selectedAt auditDueOn audits { verdict note } } } } }`;

interface Shown {
  id: string;
  revision: number;
  selectedAt: string | null;
  auditDueOn: string | null;
  audits: { verdict: string; note: string | null }[];
}

async function show(viewer: Viewer): Promise<Shown | undefined> {
  const { services } = await query(viewer, source, { text: '감사' });
  return (services as { edges: { node: Shown }[] }).edges[0]?.node;
}

async function audit(verdict: string, note: string | null = null, viewer = secretariat) {
  const { id, revision } = (await show(viewer)) ?? {};
  const { auditService } = await query(
    viewer,
    `mutation ($input: AuditServiceInput!) { auditService(input: $input) { problems { code path } } }`,
    { input: { id, revision, verdict, note } },
  );
  return (auditService as { problems: object[] }).problems;
}

async function isDue(by: string): Promise<boolean> {
  const { auditsDue } = await query(
    secretariat,
    'query ($by: Date) { auditsDue(by: $by, first: 100) { edges { node { name { ko } } } } }',
    { by },
  );
  return JSON.stringify(auditsDue).includes(name);
}

it('lets a service be audited once it is selected, and ends the selection when it fails', async () => {
  const review = await submitted({ providerId: 'third', name: { ko: name } }, third);
  const checked = await step(secretariat, 'checkServiceReview', review, { complete: true });
  expect(await audit('PASS')).toEqual([{ code: 'WRONG_STATE', path: ['id'] }]);
  const pass = { verdict: 'PASS' };
  const eligible = await step(secretariat, 'decideServiceReview', await judged(checked), pass);
  await step(secretariat, 'decideServiceReview', await judged(eligible), pass);
  const due = (await show(someone))?.auditDueOn ?? '';
  expect([await isDue(due), await isDue('2020-01-01')]).toEqual([true, false]);

  expect(await audit('PASS', '양호')).toEqual([]);
  expect((await show(someone))?.audits).toEqual([{ verdict: 'PASS', note: null }]);
  expect((await show(third))?.audits).toEqual([{ verdict: 'PASS', note: '양호' }]);
  await expect(audit('PASS', null, third)).rejects.toThrow('roles');
  expect(await audit('FAIL')).toEqual([{ code: 'INVALID', path: ['note'] }]);
  expect(await audit('FAIL', '가용성 미달')).toEqual([]);
  expect(await show(someone)).toMatchObject({
    selectedAt: null,
    auditDueOn: null,
    audits: [{ verdict: 'FAIL' }, { verdict: 'PASS' }],
  });
  expect(await isDue('2099-01-01')).toBe(false);
  const { id } = (await show(third)) ?? {};
  expect(await outcome(third, 'submitService', { serviceId: id, levels })).toBe('SUBMITTED');
});
