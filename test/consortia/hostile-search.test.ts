/** Searches in bad weather: firms that fall away meanwhile, the most that may be asked for, and who looks on. */
import { parse, subscribe } from 'graphql';

import { executable } from '#kit/subgraph.ts';
import { consortia } from '../../subgraphs/consortia/subgraph.ts';
import {
  brief,
  editorOf,
  fromNow,
  hour,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import { draftProject } from './draft.ts';
import { user } from '../service.ts';

const lead = editorOf('infra');
const price = 7_654_321;

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  for (const technology of ['mesh', 'store', 'rare']) await alliance.tellTechnology(technology);
  await alliance.tellFirm('infra', { kinds: ['IAAS'], size: 'LARGE' }, { mesh: 7 });
  await alliance.tellFirm('best', {}, { store: [9, 9] });
  await alliance.tellFirm('next', {}, { store: 6 });
});
afterAll(() => alliance.stop());

async function draft(technologies: readonly string[]): Promise<string> {
  const requirements = technologies.map((technologyId) => ({
    technologyId,
    leastLevel: 5,
    estimatedPrice: price,
  }));
  return (await draftProject(alliance, 'infra', requirements)).id;
}

interface Seen {
  assembly: {
    id: string;
    status: string;
    proposals: { id: string; members: { company: { id: string } }[] }[];
    infeasibility: { conflict: { kind: string; text: { ko: string; en: string } }[] } | null;
  } | null;
  problems: SeenProblem[];
}

const search = (projectId: string, more: object = {}) =>
  alliance.change<Seen>(
    lead,
    'assemble',
    { projectId, alternatives: 0, ...more },
    `assembly {
      id status proposals { id members { company { id } } }
      infeasibility { conflict { kind text { ko en } } }
    }`,
  );

const membersOf = ({ assembly }: Seen) =>
  (assembly?.proposals ?? []).flatMap(({ members }) => members.map(({ company }) => company.id));

describe('a firm of a proposal', () => {
  it('that is restricted or merged away after the search is not invited, and no later search finds it', async () => {
    const projectId = await draft(['mesh', 'store']);
    const found = await search(projectId);
    expect(membersOf(found)).toEqual(['infra', 'best']);
    const invite = () =>
      alliance.change<{ problems: SeenProblem[] }>(
        lead,
        'inviteProposal',
        { proposalId: found.assembly?.proposals[0]?.id, deadline: fromNow(hour) },
        'memberships { id }',
      );
    await alliance.tellFirm('best', { restrictedUntil: new Date(Date.now() + hour) });
    expect(brief((await invite()).problems)).toEqual([['WRONG_STATE', 'proposalId', 'MEMBER_FIT']]);
    expect(membersOf(await search(projectId))).toEqual(['infra', 'next']);
    await alliance.tellFirm('best', {
      restrictedUntil: null,
      status: 'MERGED',
      mergedIntoId: 'next',
    });
    expect(brief((await invite()).problems)).toEqual([['WRONG_STATE', 'proposalId', 'MEMBER_FIT']]);
    expect(membersOf(await search(projectId))).toEqual(['infra', 'next']);
  });
});

describe('a search', () => {
  it('for what nobody has names the requirement in both languages', async () => {
    const { assembly } = await search(await draft(['rare']));
    expect(assembly?.status).toBe('INFEASIBLE');
    expect(assembly?.infeasibility?.conflict.map(({ kind }) => kind)).toEqual(['REQUIREMENT']);
    expect(assembly?.infeasibility?.conflict[0]?.text.ko).toMatch(/\p{Script=Hangul}/u);
  });

  it('without requirements is refused, and one for forty is answered', async () => {
    expect(brief((await search(await draft([]))).problems)).toEqual([
      ['INVALID', 'projectId', 'REQUIREMENTS_LEAST'],
    ]);
    const forty = Array.from({ length: 40 }, (_, index) => `many-${index}`);
    for (const technology of forty) await alliance.tellTechnology(technology);
    const able = (from: number) =>
      Object.fromEntries(forty.slice(from, from + 20).map((technology) => [technology, 6]));
    await alliance.tellFirm('wide', { capacity: 40 }, able(0));
    await alliance.tellFirm('broad', { capacity: 40 }, able(20));
    const found = await search(await draft(forty));
    expect(found.assembly?.status).toBe('OPTIMAL');
    expect(membersOf(found).toSorted()).toEqual(['broad', 'infra', 'wide']);
  });

  it('shows nothing of its points, weights or progress to those who look on', async () => {
    const projectId = await draft(['mesh', 'store']);
    const { assembly } = await search(projectId);
    const id = assembly?.id;
    const points = '{ rank points parts { cost } proposal { cost parts { cost } } }';
    const everything = `query ($id: ID!) {
      assembly(id: $id) { progress { points bound gap } }
      _entities(representations: [{ __typename: "Assembly", id: $id }]) {
        ... on Assembly {
          progress { points bound }
          proposals { cost points parts { cost } }
          reweighed(weights: { coverage: 0, track: 0, cost: 1000, size: 0, cohesion: 0 }) ${points}
          sensitivity { scenarios { ranking ${points} } }
          solvedAgain { team { points } }
          capped { found }
          statistics { instanceHash }
        }
      }
    }`;
    const watching = parse(
      'subscription ($id: ID!) { assemblyProgress(assemblyId: $id) { points } }',
    );
    for (const viewer of [editorOf('next'), user('r', { roles: ['REVIEWER'] }), user('u')]) {
      const { data } = await alliance.ask(viewer, everything, { id });
      expect(data).toEqual({ assembly: null, _entities: [null] });
      const feed = await subscribe({
        schema: executable(consortia),
        document: watching,
        variableValues: { id },
        contextValue: await alliance.createContext(viewer),
      });
      expect(feed).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
      const { problems } = await alliance.change<{ problems: SeenProblem[] }>(
        viewer,
        'cancelAssembly',
        { assemblyId: id },
        'assembly { id }',
      );
      expect(JSON.stringify(problems)).not.toContain(String(price));
      expect(brief(problems)).toEqual([['NOT_FOUND', 'assemblyId', null]]);
    }
    // The lead itself is shown all of it.
    const own = JSON.stringify(await alliance.ask(lead, everything, { id }));
    expect(own).toContain(String(2 * price));
  });
});
