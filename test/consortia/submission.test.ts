import {
  brief,
  editorOf,
  fromNow,
  hour,
  openCall,
  sealAlone,
  secretary,
  startAlliance,
  startProgramme,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import { someone } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance({ DOCUMENT_BYTES: '100' });
  await alliance.tellFirm('infra', { kinds: ['IAAS'] });
  await alliance.tellFirm('helper');
});
afterAll(() => alliance.stop());

const lead = editorOf('infra');
const pdf = Buffer.from('%PDF-1.4 계획서').toString('base64');

const upload = (projectId: string, more: object = {}) =>
  alliance.change<{ document: { id: string; sha256: string; mediaType: string } | null }>(
    lead,
    'uploadDocument',
    { projectId, code: 'PLAN', fileName: '계획서.pdf', content: pdf, ...more },
    'document { id sha256 mediaType size }',
  );

interface Receipt {
  number: number;
  hash: string;
  submittedAt: string;
  documents: { code: string; sha256: string }[];
}

const submit = (project: { id: string; revision: number }) =>
  alliance.change<{
    project: { status: string; revision: number } | null;
    submission: Receipt | null;
  }>(
    lead,
    'submitProject',
    { projectId: project.id, revision: project.revision },
    'project { status revision } submission { number hash submittedAt documents { code sha256 } }',
  );

const documents = [
  { code: 'PLAN', name: { ko: '계획서', en: 'Plan' } },
  { code: 'BUDGET', name: { en: 'Budget' }, mandatory: false },
];

describe('documents', () => {
  it('are known by their content, replaced by a newer one, and given back whole', async () => {
    const project = await sealAlone(alliance, 'infra', null);
    const first = await upload(project.id);
    expect(first.document).toMatchObject({ mediaType: 'application/pdf' });
    const png = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
    await upload(project.id, { fileName: 'plan.png', content: png });
    const read = await alliance.data<{
      project: { documents: { code: string; content: string }[] };
    }>(lead, 'query ($id: ID!) { project(id: $id) { documents { code content } } }', {
      id: project.id,
    });
    expect(read.project.documents).toEqual([{ code: 'PLAN', content: png }]);
    const seen = await alliance.data<{ project: { documents: object[] } }>(
      someone,
      'query ($id: ID!) { project(id: $id) { documents { code } checklist { rule { code } } } }',
      { id: project.id },
    );
    expect(seen.project).toEqual({ documents: [], checklist: [] });
  });

  it('are refused by name, kind, size and form', async () => {
    const project = await sealAlone(alliance, 'infra', null);
    const faultsOf = async (more: object) => brief((await upload(project.id, more)).problems);
    expect(await faultsOf({ code: 'plan', fileName: '../plan.pdf', content: '?' })).toEqual([
      ['INVALID', 'code', 'CODE_FORM'],
      ['INVALID', 'fileName', 'FILE_NAME'],
      ['INVALID', 'content', 'BASE64'],
    ]);
    const program = Buffer.from('MZ...').toString('base64');
    expect(await faultsOf({ content: program })).toEqual([['INVALID', 'content', 'MEDIA_TYPE']]);
    const large = Buffer.from(`%PDF-${'x'.repeat(96)}`).toString('base64');
    expect(await faultsOf({ content: large })).toEqual([['INVALID', 'content', 'SIZE']]);
  });
});

describe('a submission', () => {
  it('needs every mandatory document, and gives a numbered receipt with a hash', async () => {
    const { call } = await openCall(alliance, await startProgramme(alliance, { documents }));
    const project = await sealAlone(alliance, 'infra', call?.id ?? '');
    expect((await submit(project)).problems).toMatchObject([
      { rule: 'DOCUMENT', limit: 'PLAN', found: 'none', path: ['documents', 'PLAN'] },
    ]);
    const { document } = await upload(project.id);
    const { checklist } = (
      await alliance.data<{ project: { checklist: object[] } }>(
        lead,
        `query ($id: ID!) { project(id: $id) {
          checklist { rule { code mandatory } document { sha256 } }
        } }`,
        { id: project.id },
      )
    ).project;
    expect(checklist).toEqual([
      { rule: { code: 'PLAN', mandatory: true }, document: { sha256: document?.sha256 } },
      { rule: { code: 'BUDGET', mandatory: false }, document: null },
    ]);
    const { project: after, submission, problems } = await submit(project);
    expect(problems).toEqual([]);
    expect(after?.status).toBe('SUBMITTED');
    expect(submission).toMatchObject({
      number: 1,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/u),
      documents: [{ code: 'PLAN', sha256: document?.sha256 }],
    });
    const other = await sealAlone(alliance, 'infra', call?.id ?? '');
    await upload(other.id);
    expect((await submit(other)).submission?.number).toBe(2);
  });

  it('fixes the documents, until it is taken back before the call closes', async () => {
    const { call } = await openCall(alliance, await startProgramme(alliance));
    const project = await sealAlone(alliance, 'infra', call?.id ?? '');
    const { document } = await upload(project.id);
    const first = await submit(project);
    expect(brief((await upload(project.id)).problems)).toEqual([
      ['WRONG_STATE', 'projectId', 'STATE'],
    ]);
    expect(
      brief((await alliance.change(lead, 'removeDocument', { documentId: document?.id })).problems),
    ).toEqual([['WRONG_STATE', 'documentId', 'STATE']]);
    const { problems, project: back } = await alliance.change<{
      project: { status: string; revision: number };
    }>(
      lead,
      'takeBackSubmission',
      { projectId: project.id, revision: first.project?.revision },
      'project { status revision submission { number } }',
    );
    expect([problems, back.status]).toEqual([[], 'SEALED']);
    await upload(project.id, { content: Buffer.from('%PDF-1.4 new').toString('base64') });
    const second = await submit({ id: project.id, revision: back.revision });
    expect(second.submission?.number).toBe(2);
    expect(second.submission?.hash).not.toBe(first.submission?.hash);
  });

  it('happens once when it is asked for twice at the same time', async () => {
    const { call } = await openCall(alliance, await startProgramme(alliance));
    const project = await sealAlone(alliance, 'infra', call?.id ?? '');
    const answers = await Promise.all([submit(project), submit(project)]);
    expect(
      answers.map(({ problems }) => problems.map(({ code }) => code).join()).toSorted(),
    ).toEqual(['', 'WRONG_STATE']);
  });

  it('is not made by a firm that was restricted after the seal', async () => {
    await alliance.tellFirm('fallen', { kinds: ['IAAS'] });
    const { call } = await openCall(alliance, await startProgramme(alliance));
    const project = await sealAlone(alliance, 'fallen', call?.id ?? '');
    await alliance.tellFirm('fallen', { restrictedUntil: new Date('2999-01-01') });
    const { problems } = await alliance.change(editorOf('fallen'), 'submitProject', {
      projectId: project.id,
      revision: project.revision,
    });
    expect(problems).toMatchObject([{ rule: 'MEMBER_FIT', found: 'RESTRICTED' }]);
  });

  it('is not for a free project', async () => {
    const project = await sealAlone(alliance, 'infra', null);
    expect(brief((await submit(project)).problems)).toEqual([
      ['WRONG_STATE', 'projectId', 'UNDER_A_CALL'],
    ]);
  });

  it('claims a bonus once within its years', async () => {
    await alliance.tellFirm('born', { kinds: ['SAAS'] });
    const programme = await startProgramme(alliance, {
      bonuses: [{ code: 'BORN_TO_SAAS', name: { ko: '본투사스' }, points: 3, onceWithinYears: 3 }],
    });
    const { call } = await openCall(alliance, programme);
    const claim = async (firm: string) => {
      const project = await sealAlone(alliance, firm, call?.id ?? '', {
        bonuses: ['BORN_TO_SAAS'],
      });
      return alliance.change<{ submission: { number: number } | null; problems: SeenProblem[] }>(
        editorOf(firm),
        'submitProject',
        { projectId: project.id, revision: project.revision },
        'submission { number }',
      );
    };
    expect((await claim('born')).problems).toEqual([]);
    const again = [{ rule: 'BONUS_ONCE', limit: '3 years' }];
    expect((await claim('born')).problems).toMatchObject(again);
    // Nor by what the firm became.
    for (const firm of ['heir', 'other']) await alliance.tellFirm(firm, { kinds: ['SAAS'] });
    await alliance.tellFirm('born', { status: 'MERGED', mergedIntoId: 'heir' });
    expect((await claim('heir')).problems).toMatchObject(again);
    expect((await claim('other')).problems).toEqual([]);
  });

  it('shows its receipt to those who take part and the secretariat alone', async () => {
    const { call } = await openCall(alliance, await startProgramme(alliance));
    const project = await sealAlone(alliance, 'infra', call?.id ?? '');
    await submit(project);
    const read = async (viewer: typeof lead) =>
      (
        await alliance.data<{ project: { status: string; submission: object | null } }>(
          viewer,
          'query ($id: ID!) { project(id: $id) { status submission { number } } }',
          { id: project.id },
        )
      ).project;
    expect(await read(lead)).toEqual({ status: 'SUBMITTED', submission: { number: 1 } });
    expect(await read(secretary)).toEqual({ status: 'SUBMITTED', submission: { number: 1 } });
    expect(await read(someone)).toEqual({ status: 'SUBMITTED', submission: null });
  });

  it('is over once the call is closed', async () => {
    const { call } = await openCall(alliance, await startProgramme(alliance), {
      closesAt: fromNow(hour),
    });
    const project = await sealAlone(alliance, 'infra', call?.id ?? '');
    await alliance.connection
      .collection('calls')
      .updateOne({ programmeId: { $exists: true }, _id: { $eq: call?.id } } as object, {
        $set: { closesAt: new Date() },
      });
    expect(brief((await submit(project)).problems)).toEqual([['EXPIRED', 'projectId', 'CLOSES']]);
  });

  it('is not taken back, and nothing of it changed, once the call is closed', async () => {
    const { call } = await openCall(alliance, await startProgramme(alliance));
    const project = await sealAlone(alliance, 'infra', call?.id ?? '');
    const { document } = await upload(project.id);
    const { project: submitted } = await submit(project);
    await alliance.connection
      .collection('calls')
      .updateOne({ _id: { $eq: call?.id } } as object, { $set: { closesAt: new Date() } });
    const back = await alliance.change<object>(lead, 'takeBackSubmission', {
      projectId: project.id,
      revision: submitted?.revision,
    });
    expect(brief(back.problems)).toEqual([['EXPIRED', 'projectId', 'CLOSES']]);
    expect(brief((await upload(project.id)).problems)).toEqual([
      ['WRONG_STATE', 'projectId', 'STATE'],
    ]);
    const removed = await alliance.change<object>(lead, 'removeDocument', {
      documentId: document?.id,
    });
    expect(brief(removed.problems)).toEqual([['WRONG_STATE', 'documentId', 'STATE']]);
  });

  it('leaves the documents of a project as they are that was not handed in when the call closed', async () => {
    const { call } = await openCall(alliance, await startProgramme(alliance));
    const project = await sealAlone(alliance, 'infra', call?.id ?? '');
    const { document } = await upload(project.id);
    await alliance.connection
      .collection('calls')
      .updateOne({ _id: { $eq: call?.id } } as object, { $set: { closesAt: new Date() } });
    expect(brief((await upload(project.id)).problems)).toEqual([
      ['EXPIRED', 'projectId', 'CLOSES'],
    ]);
    const removed = await alliance.change<object>(lead, 'removeDocument', {
      documentId: document?.id,
    });
    expect(brief(removed.problems)).toEqual([['EXPIRED', 'documentId', 'CLOSES']]);
  });
});
