import mongoose from 'mongoose';

import {
  editorOf,
  openCall,
  secretary,
  startAlliance,
  startProgramme,
  type Alliance,
} from './alliance.ts';
import { someone } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'] }, { mesh: 7 });
  await alliance.tellFirm('soft', {}, { mesh: 7 });
  for (const [index, title] of ['First', 'Second', 'Third'].entries())
    await alliance.data(
      lead,
      'mutation ($input: DraftProjectInput!) { draftProject(input: $input) { project { id } } }',
      {
        input: {
          leadCompanyId: 'infra',
          title: { en: `${title} project` },
          summary: {},
          sector: index === 0 ? 'finance' : 'healthcare',
          requirements: [{ technologyId: 'mesh', leastLevel: 5 }],
        },
      },
    );
  await alliance.change(lead, 'createRequirementTemplate', {
    companyId: 'infra',
    name: { en: 'Hospital' },
    requirements: [{ technologyId: 'mesh', leastLevel: 5 }],
  });
});
afterEach(() => mongoose.set('debug', false));
afterAll(() => alliance.stop());

const lead = editorOf('infra');

interface Read {
  collection: string;
  filter: object;
  sort: object;
}

/** Every find of the database that the work makes, and every aggregate's first match and the order after it. */
async function readsOf(work: () => Promise<unknown>): Promise<Read[]> {
  const reads: Read[] = [];
  mongoose.set('debug', (collection: string, method: string, ...args: unknown[]) => {
    const [first, options] = args as [object, { sort?: object } | undefined];
    if (method === 'find' || method === 'findOne')
      reads.push({ collection, filter: first, sort: options?.sort ?? {} });
    if (method === 'aggregate') {
      const [match, sort] = first as { $match?: object; $sort?: object }[];
      reads.push({ collection, filter: match?.$match ?? {}, sort: sort?.$sort ?? {} });
    }
  });
  await work();
  mongoose.set('debug', false);
  return reads;
}

async function planOf({ collection, filter, sort }: Read): Promise<string> {
  const explained = await alliance.connection
    .collection(collection)
    .find(filter)
    .sort(sort as Record<string, 1 | -1>)
    .explain('queryPlanner');
  return JSON.stringify((explained['queryPlanner'] as { winningPlan: object }).winningPlan);
}

const page = async (after: string | null) =>
  (
    await alliance.data<{
      projects: {
        totalCount: number;
        edges: { cursor: string; node: { title: { en: string } } }[];
        pageInfo: { hasNextPage: boolean };
      };
    }>(
      lead,
      `query ($after: String) {
        projects(first: 2, after: $after) {
          totalCount edges { cursor node { title { en } } } pageInfo { hasNextPage }
        }
      }`,
      { after },
    )
  ).projects;

/** Reads that look at a whole collection. */
async function scansIn(reads: Read[]): Promise<Read[]> {
  const plans = await Promise.all(reads.map(planOf));
  return reads.filter((_, index) => plans[index]?.includes('COLLSCAN'));
}

const lists: [string, string, typeof lead][] = [
  ['programmes', '{ programmes { totalCount edges { node { id } } } }', someone],
  [
    'programmes of a kind',
    '{ programmes(filter: { kind: "XAAS" }) { edges { cursor } } }',
    someone,
  ],
  ['calls', '{ calls { edges { cursor } } }', someone],
  ['open calls', '{ calls(filter: { status: OPEN }) { edges { cursor } } }', lead],
  ['calls of a programme', '{ calls(filter: { programmeId: "p" }) { edges { cursor } } }', lead],
  ['calls of a year', '{ calls(filter: { year: 2026 }) { edges { cursor } } }', lead],
  ['calls for a sector', '{ calls(filter: { sector: "finance" }) { edges { cursor } } }', lead],
  ['public projects', '{ projects { edges { cursor } } }', someone],
  ['projects of all', '{ projects { edges { cursor } } }', secretary],
  ['projects by text', '{ projects(filter: { text: "first" }) { edges { cursor } } }', secretary],
  ['projects by state', '{ projects(filter: { status: DRAFT }) { edges { cursor } } }', secretary],
  ['projects by sector', '{ projects(filter: { sector: "x" }) { edges { cursor } } }', secretary],
  ['projects by call', '{ projects(filter: { callId: "x" }) { edges { cursor } } }', secretary],
  [
    'projects by programme',
    '{ projects(filter: { programmeId: "x" }) { edges { cursor } } }',
    secretary,
  ],
  [
    'projects by lead',
    '{ projects(filter: { leadCompanyId: "x" }) { edges { cursor } } }',
    secretary,
  ],
  [
    'boards with supply and assemblies',
    '{ projects { edges { node { requirements { supply { firms } } assemblies { edges { cursor } } } } } }',
    lead,
  ],
  ['reviewers', '{ reviewers { edges { cursor } } }', secretary],
  ['own reviews', '{ reviewTasks { edges { cursor } } }', lead],
  ['own open reviews', '{ reviewTasks(status: ASSIGNED) { edges { cursor } } }', lead],
  [
    'documents, receipts and ledgers',
    `{ projects { edges { node {
      documents { code } checklist { document { id } } submission { number }
      accounts { left } ledger { edges { cursor } } breaches { rule }
    } } } }`,
    lead,
  ],
  [
    'rankings and reviews of calls',
    '{ calls { edges { node { ranking { rank } reviews { id } calibration { mean } } } } }',
    secretary,
  ],
  ['weight profiles', '{ weightProfiles { edges { cursor } } }', lead],
  ['all weight profiles', '{ weightProfiles { edges { cursor } } }', secretary],
  ['requirement templates', '{ requirementTemplates { edges { cursor } } }', lead],
  ['all requirement templates', '{ requirementTemplates { edges { cursor } } }', secretary],
  [
    'firms that could meet requirements',
    '{ projects { edges { node { requirements { supply { companies { id } } } requirementsToDecide { kind } } } } }',
    lead,
  ],
  [
    "requirement templates' versions and where requirements are from",
    `{ requirementTemplates { edges { node { versions { edges { cursor } } } } }
      projects { edges { node { requirementSources { version { version } } } } } }`,
    lead,
  ],
  ['templates of agreements', '{ agreementTemplates { edges { cursor } } }', secretary],
  [
    'agreements and appeals',
    `{ projects { edges { node {
      appeal { status } consortium { agreements { status template { version } } }
    } } } calls { edges { node { appeals { status } } } } }`,
    secretary,
  ],
  ['an inbox', '{ invitations(companyId: "infra") { edges { cursor } } }', lead],
  [
    'figures of a programme',
    '{ projectPipeline(programmeId: "x") { projects } awardConcentration(programmeId: "x", year: 2026) { projects } }',
    secretary,
  ],
  ['figures of all awards', '{ awardConcentration { projects } }', someone],
  ['figures of years', '{ awardConcentrationByYear(from: 2020, to: 2030) { year } }', someone],
  ['figures of a sector', '{ projectPipeline(sector: "x") { projects } }', secretary],
  ['figures of all projects', '{ projectPipeline { projects } }', secretary],
  ['late milestones', '{ lateMilestones { totalCount edges { cursor } } }', secretary],
  ['milestones due soon', '{ lateMilestones(withinDays: 9) { edges { cursor } } }', secretary],
  [
    'what is carried out',
    `{ projects { edges { node {
      milestones { id } planChanges { id } progressReports { id } siteVisits { id } pilots { id }
      outcomes { id } recoveries { id } warnings { kind } reportDueOn
    } } } }`,
    lead,
  ],
  ['the network of firms', '{ collaborationNetwork { leftOut } }', someone],
  ['the network of a sector', '{ collaborationNetwork(sector: "x") { leftOut } }', someone],
  ['the network of a programme', '{ collaborationNetwork(programmeId: "x") { leftOut } }', someone],
  ['the network of a firm', '{ collaborationNetwork(companyId: "infra") { leftOut } }', someone],
  ['money granted twice', '{ fundingDuplicates { amount } }', secretary],
  ['money granted twice to a firm', '{ fundingDuplicates(companyId: "x") { amount } }', secretary],
  ['money granted twice for one', '{ fundingDuplicates(projectId: "x") { amount } }', secretary],
  [
    "a firm's consortia and memberships",
    `{ _entities(representations: [{ __typename: "Company", id: "soft" }]) {
      ... on Company { consortia { edges { cursor } } memberships { edges { cursor } } }
    } }`,
    someone,
  ],
];

describe('lists', () => {
  it.each(lists)('%s are read through an index', async (_, source, viewer) => {
    const reads = await readsOf(() => alliance.data(viewer, source));
    expect(reads.length).toBeGreaterThan(0);
    expect(await scansIn(reads)).toEqual([]);
  });

  it('of firms, history and past results are read through an index when a team is searched', async () => {
    const { projects } = await alliance.data<{ projects: { edges: { node: { id: string } }[] } }>(
      lead,
      '{ projects(first: 1) { edges { node { id } } } }',
    );
    const reads = await readsOf(() =>
      alliance.data(
        lead,
        `mutation ($input: AssembleInput!) { assemble(input: $input) { assembly { id } } }`,
        { input: { projectId: projects.edges[0]?.node.id, constraints: { anyLead: true } } },
      ),
    );
    const seen = new Set(reads.map(({ collection }) => collection));
    expect([...seen].toSorted()).toEqual([
      'assemblies',
      'audit_lanes',
      'consortia',
      'firms',
      'memberships',
      'projects',
    ]);
    expect(await scansIn(reads)).toEqual([]);
  });

  it('of reviews, teams, firms and places are read through an index when a call is reviewed', async () => {
    const { call } = await openCall(alliance, await startProgramme(alliance));
    const callId = call?.id ?? '';
    const calls = alliance.connection.collection<{ _id: string }>('calls');
    await calls.updateOne({ _id: callId }, { $set: { closesAt: new Date(Date.now() - 1) } });
    const reads = await readsOf(async () => {
      await alliance.change(secretary, 'assignReviewers', { callId, revision: 1, perProject: 1 });
      await alliance.change(secretary, 'decideCall', { callId, revision: 2 });
    });
    const seen = new Set(reads.map(({ collection }) => collection));
    expect([...seen].toSorted()).toEqual([
      'access',
      'audit_lanes',
      'calls',
      'consortia',
      'firms',
      'projects',
      'reviewers',
      'reviews',
      'submissions',
    ]);
    expect(await scansIn(reads)).toEqual([]);
  });

  it('go on after a cursor without losing or repeating any', async () => {
    const first = await page(null);
    const second = await page(first.edges.at(-1)?.cursor ?? null);
    expect([first.totalCount, first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([
      3,
      true,
      false,
    ]);
    expect([...first.edges, ...second.edges].map(({ node }) => node.title.en)).toEqual([
      'Third project',
      'Second project',
      'First project',
    ]);
  });

  it('read the firms of many requirements with one aggregate', async () => {
    const aggregates: string[] = [];
    mongoose.set('debug', (collection: string, method: string) => {
      if (method === 'aggregate') aggregates.push(collection);
    });
    await alliance.data(
      lead,
      '{ projects { edges { node { requirements { supply { firms independent } } } } } }',
    );
    expect(aggregates).toEqual(['memberships', 'firms']);
  });
});
