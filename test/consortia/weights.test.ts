/** What weights do to a ranking, weights under names, and who learns what others ask for. */
import { newId } from '#kit/id.ts';
import {
  brief,
  editorOf,
  fromNow,
  hour,
  openCall,
  secretary,
  startAlliance,
  startProgramme,
  type Alliance,
} from './alliance.ts';
import { someone, user } from '../service.ts';

let alliance: Alliance;
let projectId: string;
const lead = editorOf('infra');
const prices = [7_654_321, 1_357_913, 2_468_024];

beforeAll(async () => {
  alliance = await startAlliance();
  for (const technology of ['mesh', 'store', 'model']) await alliance.tellTechnology(technology);
  await alliance.tellFirm('infra', { kinds: ['IAAS'], size: 'LARGE' }, { mesh: 7 });
  await alliance.tellFirm('soft', {}, { store: 8, model: 5 });
  await alliance.tellFirm('mind', {}, { model: [3, 8] });
  await alliance.tellFirm('many', {}, { store: 6, model: 6, mesh: 6 });
  await alliance.tellFirm('other', {}, { store: 7 });
  const { project } = await alliance.change<{ project: { id: string } }>(
    lead,
    'draftProject',
    {
      leadCompanyId: 'infra',
      title: { en: 'Project' },
      summary: {},
      sector: 'healthcare',
      budget: 40_000_000,
      requirements: ['mesh', 'store', 'model'].map((technologyId, index) => ({
        technologyId,
        leastLevel: 5,
        wishedProviders: 2,
        estimatedPrice: prices[index],
      })),
    },
    'project { id }',
  );
  projectId = project.id;
});
afterAll(() => alliance.stop());

const weights = { coverage: 350, track: 150, cost: 300, size: 100, cohesion: 100 };

/** Awarded projects of a programme, each of one firm, as they lie in the database. */
async function award(
  programmeId: string,
  callId: string | undefined,
  awards: readonly (readonly [string, string])[],
): Promise<void> {
  const places = awards.map(([firm, status]) => ({ id: newId(), firm, status }));
  await alliance.connection.collection<{ _id: string }>('projects').insertMany(
    places.map(({ id, status }) => ({
      _id: id,
      programmeId,
      callId,
      status,
      consortiumId: id,
      requirements: [],
      audience: [],
    })),
  );
  await alliance.connection
    .collection<{ _id: string }>('consortia')
    .insertMany(places.map(({ id, firm }) => ({ _id: id, projectId: id, memberIds: [firm] })));
}

interface Ranked {
  proposal: { id: string; rank: number; points: number };
  rank: number;
  points: number;
}

interface Seen {
  id: string;
  weights: typeof weights;
  proposals: {
    id: string;
    points: number;
    members: {
      reasons: { kind: string; points: number | null; text: { ko: string; en: string } }[];
    }[];
  }[];
  sensitivity: {
    isFirstStable: boolean;
    scenarios: { aim: string; change: number; isFirstSame: boolean; ranking: Ranked[] }[];
  };
}

const fields = `assembly {
  id weights { coverage track cost size cohesion }
  proposals { id points members { reasons { kind points isExact text { ko en } } } }
  sensitivity { isFirstStable scenarios { aim change isFirstSame ranking { rank points proposal { id rank points } } } }
}`;

const assemble = (more: object = {}) =>
  alliance.change<{ assembly: Seen }>(lead, 'assemble', { projectId, ...more }, fields);

const reweighed = (id: string, given: string) =>
  alliance.ask(
    lead,
    `query ($id: ID!) { assembly(id: $id) { reweighed(${given}) { rank points proposal { rank } } } }`,
    { id },
  );

describe('an assembly', () => {
  it('shows its weights, and how its ranking moves when each is 20 % lower and higher', async () => {
    const { assembly } = await assemble();
    expect(assembly.weights).toEqual(weights);
    const { scenarios } = assembly.sensitivity;
    expect(scenarios.map(({ aim, change }) => `${aim} ${change}`)).toEqual(
      Object.keys(weights).flatMap((aim) => [
        `${aim.toUpperCase()} -2000`,
        `${aim.toUpperCase()} 2000`,
      ]),
    );
    for (const { ranking, isFirstSame } of scenarios) {
      expect(ranking.map(({ rank }) => rank)).toEqual(ranking.map((_, index) => index + 1));
      const points = ranking.map((each) => each.points);
      expect(points).toEqual(points.toSorted((a, b) => a - b));
      expect(isFirstSame).toBe(ranking[0]?.proposal.id === assembly.proposals[0]?.id);
    }
  });

  it('says by how many points the team is worse without a member', async () => {
    const { assembly } = await assemble();
    const adding = (assembly.proposals[0]?.members ?? []).flatMap(({ reasons }) =>
      reasons.filter(({ kind }) => kind === 'ADDS'),
    );
    expect(adding.length).toBeGreaterThan(0);
    for (const { points } of adding) expect(points).toBeGreaterThanOrEqual(-1e-6);
  });

  it('ranks its proposals anew under other weights, and refuses weights that are none', async () => {
    const { assembly } = await assemble();
    const same = await reweighed(
      assembly.id,
      'weights: { coverage: 350, track: 150, cost: 300, size: 100, cohesion: 100 }',
    );
    expect(same.errors).toBeUndefined();
    expect(JSON.parse(JSON.stringify(same.data))).toMatchObject({
      assembly: {
        reweighed: assembly.proposals.map(({ points }, index) => ({
          rank: index + 1,
          points: expect.closeTo(points, 6),
        })),
      },
    });
    for (const given of [
      'weights: null',
      'profileId: "none"',
      'weights: { coverage: 1, track: 0, cost: 0, size: 0, cohesion: 0 }',
      'weights: { coverage: 1100, track: -100, cost: 0, size: 0, cohesion: 0 }',
      'profileId: "x", weights: { coverage: 1000, track: 0, cost: 0, size: 0, cohesion: 0 }',
    ]) {
      const { errors } = await reweighed(assembly.id, given);
      expect([given, errors?.[0]?.extensions['code']]).toEqual([given, 'BAD_USER_INPUT']);
    }
  });
});

describe('weight profiles', () => {
  const cheap = { coverage: 100, track: 0, cost: 900, size: 0, cohesion: 0 };
  const create = (viewer: typeof lead, more: object = {}) =>
    alliance.change<{ profile: { id: string; revision: number } | null }>(
      viewer,
      'createWeightProfile',
      { name: { ko: '가격 우선', en: 'Price first' }, weights: cheap, ...more },
      'profile { id revision company { id } weights { cost } }',
    );

  it('are kept by the secretariat for everybody, by a firm for itself', async () => {
    const common = await create(secretary);
    const own = await create(lead, { companyId: 'infra' });
    const seen = async (viewer: typeof lead) =>
      (
        await alliance.data<{ weightProfiles: { edges: { node: { id: string } }[] } }>(
          viewer,
          '{ weightProfiles { edges { node { id } } totalCount } }',
        )
      ).weightProfiles.edges.map(({ node }) => node.id);
    expect(await seen(lead)).toEqual([own.profile?.id, common.profile?.id]);
    expect(await seen(editorOf('soft'))).toEqual([common.profile?.id]);
    const foreign = { id: own.profile?.id, revision: 1 };
    const { problems } = await alliance.change(editorOf('soft'), 'removeWeightProfile', foreign);
    expect(brief(problems)).toEqual([['NOT_FOUND', 'id', null]]);
    const refused = async (viewer: typeof lead, input: object) =>
      (
        await alliance.ask(
          viewer,
          'mutation ($input: CreateWeightProfileInput!) { createWeightProfile(input: $input) { problems { code } } }',
          { input: { name: { en: 'Mine' }, weights: cheap, ...input } },
        )
      ).errors?.[0]?.extensions['code'];
    expect(await refused(lead, {})).toBe('FORBIDDEN');
    expect(await refused(lead, { companyId: 'soft' })).toBe('FORBIDDEN');
    expect(
      await refused(user('v', { companies: { infra: 'VIEWER' } }), { companyId: 'infra' }),
    ).toBe('FORBIDDEN');
    expect(await refused(someone, {})).toBe('UNAUTHENTICATED');
  });

  it('serve a search, which keeps the weights when the profile changes or goes', async () => {
    const { profile } = await create(lead, { companyId: 'infra' });
    const { assembly, problems } = await assemble({
      constraints: { weightProfileId: profile?.id },
    });
    expect(problems).toEqual([]);
    expect(assembly.weights).toEqual(cheap);
    const revised = await alliance.change<{ profile: { revision: number } | null }>(
      lead,
      'reviseWeightProfile',
      { id: profile?.id, revision: 1, weights },
      'profile { revision }',
    );
    expect(revised.profile?.revision).toBe(2);
    const both = { weightProfileId: profile?.id, weights };
    expect(brief((await assemble({ constraints: both })).problems)).toEqual([
      ['INVALID', 'constraints/weightProfileId', 'WEIGHTS_ONE'],
    ]);
    const remove = (revision: number) =>
      alliance.change(lead, 'removeWeightProfile', { id: profile?.id, revision });
    expect(brief((await remove(1)).problems)).toEqual([['STALE', 'revision', null]]);
    expect((await remove(2)).problems).toEqual([]);
    expect(
      brief((await assemble({ constraints: { weightProfileId: profile?.id } })).problems),
    ).toEqual([['NOT_FOUND', 'constraints/weightProfileId', null]]);
    const kept = await alliance.data<{ assembly: { weights: object } }>(
      lead,
      'query ($id: ID!) { assembly(id: $id) { weights { coverage track cost size cohesion } } }',
      { id: assembly.id },
    );
    expect(kept.assembly.weights).toEqual(cheap);
  });

  it('are refused with every fault at once', async () => {
    const { problems } = await create(lead, {
      companyId: 'infra',
      name: {},
      weights: { ...cheap, size: 1 },
    });
    expect(problems).toMatchObject([
      { path: ['name'] },
      { path: ['weights'], rule: 'WEIGHTS_SUM', limit: '1000', found: '1001' },
    ]);
  });
});

describe('caps on exposure', () => {
  it('leave out firms that have enough of a programme, and say by which rule', async () => {
    const programmeId = await startProgramme(alliance, {
      maxRunningPerFirm: 2,
      maxAwardShare: 6_000,
    });
    const { call } = await openCall(alliance, programmeId);
    const requirements = [{ technologyId: 'store', leastLevel: 5, wishedProviders: 3 }];
    const { project } = await alliance.change<{ project: { id: string } }>(
      lead,
      'draftProject',
      {
        callId: call?.id,
        leadCompanyId: 'infra',
        title: { en: 'Project' },
        summary: {},
        sector: 'healthcare',
        requirements,
      },
      'project { id }',
    );
    const search = async (constraints: object = {}) => {
      const { assembly } = await alliance.change<{
        assembly: {
          capped: { company: { id: string }; rule: string; limit: number; found: number }[];
          proposals: { members: { company: { id: string } }[] }[];
        };
      }>(
        lead,
        'assemble',
        { projectId: project.id, alternatives: 0, constraints },
        'assembly { capped { company { id } rule limit found } proposals { members { company { id } } } }',
      );
      const members = assembly.proposals[0]?.members.map(({ company }) => company.id) ?? [];
      return { capped: assembly.capped, members };
    };
    expect((await search()).capped).toEqual([]);
    await award(programmeId, call?.id, [
      ['soft', 'RUNNING'],
      ['soft', 'AWARDED'],
      ['many', 'COMPLETED'],
      ['many', 'TERMINATED'],
    ]);
    const soft = { company: { id: 'soft' }, rule: 'FIRM_RUNNING_MOST', limit: 2, found: 2 };
    const { capped, members } = await search();
    expect(capped).toEqual([soft]);
    expect(members).not.toContain('soft');
    expect(members).toContain('many');
    // Who must be in is in.
    const named = await search({ mustInclude: ['soft'] });
    expect(named.capped).toEqual([]);
    expect(named.members).toContain('soft');
    await award(programmeId, call?.id, [
      ['many', 'COMPLETED'],
      ['many', 'COMPLETED'],
    ]);
    expect((await search()).capped).toEqual([
      { company: { id: 'many' }, rule: 'FIRM_AWARD_SHARE', limit: 6_000, found: 6_666 },
      soft,
    ]);
  });
});

describe('what others ask for', () => {
  it('is in no answer to those who may not see it, and in no explanation to anybody', async () => {
    const { assembly } = await assemble();
    const words = assembly.proposals.flatMap(({ members }) =>
      members.flatMap(({ reasons }) => reasons.flatMap(({ text }) => [text.ko, text.en])),
    );
    expect(words.length).toBeGreaterThan(0);
    for (const word of words) expect(word).not.toMatch(/\d{4,}|\d,\d{3}|₩|원\b/u);

    const { memberships } = await alliance.change<{
      memberships: { id: string; revision: number; company: { id: string } }[];
    }>(
      lead,
      'inviteProposal',
      { proposalId: assembly.proposals[0]?.id, deadline: fromNow(hour) },
      'memberships { id revision company { id } }',
    );
    const [partner] = memberships;
    const inside = editorOf(partner?.company.id ?? '');
    const curious = [inside, editorOf('other'), user('r', { roles: ['REVIEWER'] }), user('u')];
    const everything = `query ($project: ID!, $assembly: ID!, $membership: ID!) {
      assembly(id: $assembly) { id }
      project(id: $project) {
        requirements { id estimatedPrice supply { firms } }
        assemblies { totalCount edges { node { id proposals { cost } } } }
        breaches { message limit found }
        consortium { memberships { requirements { estimatedPrice } } }
      }
      _entities(representations: [
        { __typename: "Assembly", id: $assembly }
        { __typename: "Project", id: $project }
        { __typename: "Membership", id: $membership }
      ]) {
        ... on Assembly { id proposals { cost points } }
        ... on Project { requirements { estimatedPrice } assemblies { totalCount } }
        ... on Membership { requirements { estimatedPrice } counter { requirements { estimatedPrice } } }
      }
    }`;
    const variables = { project: projectId, assembly: assembly.id, membership: partner?.id };
    for (const viewer of curious) {
      const answer = JSON.stringify(await alliance.ask(viewer, everything, variables));
      for (const price of prices) expect(answer).not.toContain(String(price));
      expect(answer).not.toContain('"cost"');
      expect(answer).not.toMatch(/"estimatedPrice":\d/);
    }
    // The lead itself sees all of it: the query asks for what it hides.
    const own = JSON.stringify(await alliance.ask(lead, everything, variables));
    for (const price of prices) expect(own).toContain(String(price));
    const copied = await alliance.change<{ project: { requirements: object[] } }>(
      inside,
      'draftProject',
      {
        leadCompanyId: partner?.company.id,
        title: { en: 'Copy' },
        summary: {},
        sector: 'healthcare',
        copyFrom: projectId,
      },
      'project { requirements { estimatedPrice } }',
    );
    expect(copied.project.requirements).toEqual(prices.map(() => ({ estimatedPrice: null })));
  });
});
