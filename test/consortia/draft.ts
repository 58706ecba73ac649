/** Drafts that tests begin with: a title, a sector, and what is asked for. */
import { editorOf, type Alliance } from './alliance.ts';

/** A draft as a test sees it. */
export interface Draft {
  id: string;
  revision: number;
}

/** Drafts a project of a firm in the sector healthcare. */
export async function draftProject(
  alliance: Alliance,
  leadCompanyId: string,
  requirements: readonly object[],
  more: object = {},
): Promise<Draft> {
  const { project, problems } = await alliance.change<{ project: Draft | null }>(
    editorOf(leadCompanyId),
    'draftProject',
    {
      leadCompanyId,
      title: { en: 'Project' },
      summary: {},
      sector: 'healthcare',
      requirements,
      ...more,
    },
    'project { id revision }',
  );
  if (!project) throw new RangeError(`No project was drafted: ${JSON.stringify(problems)}`);
  return project;
}
