/** The agreement of a consortium: who signs what, what voids it, and what it is written from. */
import { createHash } from 'node:crypto';

import { auditOf, verifyAudit } from '#kit/audit.ts';
import {
  agree,
  agreementFields,
  brief,
  drawUp,
  editorOf,
  fromNow,
  hour,
  ownerOf,
  secretary,
  sign,
  startAlliance,
  type Alliance,
} from './alliance.ts';
import { signingOn, lead, placeOf, tellFirms } from './agreements.ts';
import { someone } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await tellFirms(alliance);
});
afterAll(() => alliance.stop());

const { read, form, share, seal, projectOf } = signingOn(() => alliance);

describe('an agreement', () => {
  it('is a PDF with the hash that is signed, for the firms it names and the secretariat alone', async () => {
    const { id } = await form();
    const { agreement } = await drawUp(alliance, lead, id);
    expect(agreement).toMatchObject({ number: 1, status: 'OPEN', signatures: [] });
    const paper = (viewer: typeof lead) =>
      alliance.data<{ consortium: { agreements: { content: string }[] } | null }>(
        viewer,
        'query ($id: ID!) { consortium(id: $id) { agreements { content } } }',
        { id },
      );
    for (const viewer of [lead, editorOf('soft'), secretary]) {
      const { consortium } = await paper(viewer);
      const bytes = Buffer.from(consortium?.agreements[0]?.content ?? '', 'base64');
      expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(agreement?.sha256);
    }
    for (const firm of ['infra', 'soft'])
      await sign(alliance, id, firm, agreement ?? { id: '', sha256: '' });
    expect(await seal(id)).toEqual([]);
    expect((await paper(someone)).consortium?.agreements).toEqual([]);
    expect((await paper(editorOf('mind'))).consortium?.agreements).toEqual([]);
  });

  it('is sealed on once every member has signed its hash, and not before', async () => {
    const { id } = await form();
    expect(brief(await seal(id))).toEqual([['INVALID', '', 'AGREEMENT_DRAWN_UP']]);
    const { agreement } = await drawUp(alliance, lead, id);
    if (!agreement) throw new Error('Nothing was drawn up.');
    expect((await drawUp(alliance, lead, id)).problems).toMatchObject([
      { code: 'WRONG_STATE', path: ['consortiumId'], rule: 'AGREEMENT_CURRENT' },
    ]);
    expect(await seal(id)).toMatchObject([{ rule: 'ALL_SIGNED', limit: '0', found: '2' }]);
    const wrong = await sign(alliance, id, 'soft', { ...agreement, sha256: 'f'.repeat(64) });
    expect(brief(wrong.problems)).toEqual([['INVALID', 'sha256', 'AGREEMENT_HASH']]);
    expect((await sign(alliance, id, 'soft', agreement)).agreement?.unsigned).toEqual([
      { id: 'infra' },
    ]);
    expect((await sign(alliance, id, 'soft', agreement)).problems).toMatchObject([
      { code: 'TAKEN', path: ['membershipId'] },
    ]);
    expect(await seal(id)).toMatchObject([{ rule: 'ALL_SIGNED', found: '1' }]);
    await sign(alliance, id, 'infra', agreement);
    expect(await seal(id)).toEqual([]);
    expect((await read(id)).agreements).toMatchObject([{ number: 1, status: 'IN_FORCE' }]);
  });

  it('is signed by an owner alone, for the own firm alone', async () => {
    const { id } = await form();
    const { agreement } = await drawUp(alliance, lead, id);
    const membershipId = placeOf(await read(id), 'soft').id;
    const input = { membershipId, agreementId: agreement?.id, sha256: agreement?.sha256 };
    for (const viewer of [editorOf('soft'), ownerOf('infra'), secretary]) {
      const { errors } = await alliance.ask(
        viewer,
        'mutation ($input: SignAgreementInput!) { signAgreement(input: $input) { problems { code } } }',
        { input },
      );
      expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    }
  });

  it('leaves who signed which hash in the chain of the audit log', async () => {
    const { id } = await form();
    const { sha256 } = await agree(alliance, lead, id);
    const deeds = await auditOf(alliance.connection).find({ mutation: 'signAgreement' }).lean();
    const own = deeds.filter(({ input }) => input?.includes(sha256));
    expect(own.map(({ userId }) => userId ?? '').toSorted()).toEqual([
      'owner-of-infra',
      'owner-of-soft',
    ]);
    expect((await verifyAudit(alliance.connection)).faults).toEqual([]);
  });

  it('is void after a change of shares, members, requirements or the project, and no change back revives it', async () => {
    const changes: ((given: { id: string; projectId: string }) => Promise<unknown>)[] = [
      ({ id }) => share(id, 6_000),
      ({ projectId }) =>
        alliance.change(lead, 'inviteCompany', {
          projectId,
          companyId: 'mind',
          role: 'ADVISOR',
          deadline: fromNow(hour),
        }),
      async ({ projectId }) =>
        alliance.change(lead, 'setRequirements', {
          projectId,
          revision: (await projectOf(projectId)).revision,
          requirements: [{ technologyId: 'mesh', leastLevel: 5 }],
        }),
      async ({ projectId }) =>
        alliance.change(lead, 'updateProject', {
          id: projectId,
          revision: (await projectOf(projectId)).revision,
          title: { en: 'Renamed' },
        }),
    ];
    for (const change of changes) {
      const given = await form();
      const agreement = await agree(alliance, lead, given.id);
      await change(given);
      expect((await read(given.id)).agreements).toMatchObject([{ number: 1, status: 'VOID' }]);
      expect((await seal(given.id)).map(({ rule }) => rule)).toContain('AGREEMENT_DRAWN_UP');
      expect(brief((await sign(alliance, given.id, 'soft', agreement)).problems)).toEqual([
        ['WRONG_STATE', 'agreementId', 'AGREEMENT_OPEN'],
        ['TAKEN', 'membershipId', 'SIGNED_ONCE'],
      ]);
    }
    const { id } = await form();
    await agree(alliance, lead, id);
    await share(id, 6_000);
    await share(id, 5_000);
    expect((await read(id)).agreements[0]?.status).toBe('VOID');
    expect((await drawUp(alliance, lead, id)).agreement).toMatchObject({
      number: 2,
      status: 'OPEN',
      signatures: [],
    });
  });
});

const passage = (text: string) => ({ ko: text, en: text });

const publish = (version: number, paragraphs: string[], viewer = secretary) =>
  alliance.change<{ template: { version: number } | null }>(
    viewer,
    'publishAgreementTemplate',
    {
      version,
      title: passage('협약'),
      articles: [{ heading: passage('제1조'), paragraphs: paragraphs.map(passage) }],
    },
    'template { version }',
  );

/** The newest version of the template. */
async function newest() {
  const { agreementTemplates } = await alliance.data<{
    agreementTemplates: { edges: { node: { version: number } }[]; totalCount: number };
  }>(secretary, '{ agreementTemplates(first: 1) { totalCount edges { node { version } } } }');
  return agreementTemplates.edges[0]?.node.version ?? 0;
}

describe('the template', () => {
  const whole = ['{{number}} {{date}} {{projectTitle}}', '{{members}}', '{{requirements}}'];
  it('refuses what cannot be filled in and what no agreement is without, all at once', async () => {
    const before = await newest();
    const { problems } = await publish(before, ['{{nobody}}', 'See {{members}}', '{{number']);
    expect(brief(problems).map((each) => each.join(' '))).toEqual([
      'INVALID articles/0/paragraphs/0/ko PLACEHOLDER',
      'INVALID articles/0/paragraphs/0/en PLACEHOLDER',
      'INVALID articles/0/paragraphs/1/ko PLACEHOLDER',
      'INVALID articles/0/paragraphs/1/en PLACEHOLDER',
      'INVALID articles/0/paragraphs/2/ko PLACEHOLDER',
      'INVALID articles/0/paragraphs/2/en PLACEHOLDER',
      ...['ko', 'en'].flatMap(() =>
        ['number', 'date', 'projectTitle', 'requirements'].map(
          () => 'INVALID articles PLACEHOLDER_MISSING',
        ),
      ),
    ]);
    expect(await newest()).toBe(before);
  });

  it('takes one of two versions that follow the same one, and agreements are drawn up from it', async () => {
    const before = await newest();
    const { id } = await form();
    const { agreement: old } = await drawUp(alliance, lead, id);
    const answers = await Promise.all([publish(before, whole), publish(before, whole)]);
    expect(answers.flatMap(({ template }) => template?.version ?? [])).toEqual([before + 1]);
    expect(answers.flatMap(({ problems }) => brief(problems))).toEqual([
      ['STALE', 'version', null],
    ]);
    const again = await drawUp(alliance, lead, id);
    expect(again.agreement).toMatchObject({ number: 2, status: 'OPEN' });
    expect(again.agreement?.sha256).not.toBe(old?.sha256);
    expect((await read(id)).agreements.map(({ status }) => status)).toEqual(['OPEN', 'VOID']);
  });
});

it('shows nothing of an agreement that is not there', async () => {
  const { id } = await form();
  const { problems } = await alliance.change<object>(
    ownerOf('soft'),
    'signAgreement',
    { membershipId: placeOf(await read(id), 'soft').id, agreementId: 'none', sha256: '' },
    agreementFields,
  );
  expect(brief(problems)).toEqual([['NOT_FOUND', 'agreementId', null]]);
});
