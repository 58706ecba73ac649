/** Firms that become others while a project of theirs runs. */
import { brief, editorOf } from './alliance.ts';
import { act, alliance, day, lead, read, running, startCourse } from './course.ts';

beforeAll(startCourse);
afterAll(() => alliance.stop());

const merge = (id: string, into: string) =>
  alliance.tellFirm(id, { status: 'MERGED', mergedIntoId: into });

describe('a firm that became another, which became another', () => {
  it('is acted for by the people of the last one in its running projects, and by nobody else', async () => {
    const id = await running(true);
    const enrolled = await act(lead, 'enrolPilot', 'pilot', {
      projectId: id,
      companyId: 'hospital',
      from: day(-1),
      subject: { ko: '판독' },
    });
    for (const firm of ['heir', 'grand', 'clinic']) await alliance.tellFirm(firm);
    await merge('infra', 'heir');
    await merge('heir', 'grand');
    await merge('hospital', 'clinic');
    const match = { projectId: id, kind: 'MATCH', companyId: 'infra', amount: 5 };
    const { entry } = await act(editorOf('grand'), 'recordMoney', 'entry', match);
    expect(entry?.number).toBe(1);
    expect((await read(editorOf('grand'), id)).milestones).toHaveLength(2);
    expect((await read(editorOf('helper'), id)).milestones).toEqual([]);
    const report = await act(editorOf('grand'), 'submitProgressReport', 'report', {
      projectId: id,
      from: day(-1),
      to: day(0),
      done: 100,
      summary: { ko: '이어서 합니다.' },
    });
    expect(report.report?.number).toBe(1);
    const feedback = {
      pilotId: enrolled.pilot?.id,
      revision: enrolled.pilot?.revision,
      rating: 5,
      words: { ko: '좋습니다.' },
    };
    const given = await act(editorOf('clinic'), 'givePilotFeedback', 'pilot', feedback);
    expect(brief(given.problems)).toEqual([]);
  });
});
