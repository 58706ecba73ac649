/** Teams put together: firms of which some may and some may not be in, what is needed, and the search. */
import {
  editorOf,
  problemFields,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';

/** Who searches. */
export const lead = editorOf('infra');

/** What most searches here are for. */
export const needs = [
  { technologyId: 'mesh', leastLevel: 5 },
  { technologyId: 'store', leastLevel: 6, wishedProviders: 2, estimatedPrice: 1_000 },
  { technologyId: 'model', leastLevel: 6 },
];

/** An alliance that offers technologies of three kinds, and firms that may not be proposed. */
export async function startSupply(): Promise<Alliance> {
  const alliance = await startAlliance();
  for (const technology of ['mesh', 'store', 'model']) await alliance.tellTechnology(technology);
  const csap = [
    { scheme: 'CSAP', type: null, grade: null, validFrom: '2020-01-01', validTo: null },
  ];
  await alliance.tellFirm('infra', { kinds: ['IAAS'], size: 'LARGE' }, { mesh: 7 });
  await alliance.tellFirm('soft', { certificates: csap }, { store: 8 });
  await alliance.tellFirm('mind', { region: 'KR-26' }, { model: [3, 8] });
  await alliance.tellFirm('twin', { affiliateGroup: 'group' }, { store: 7, model: 7 });
  await alliance.tellFirm('sibling', { affiliateGroup: 'group' }, { store: 7 });
  await alliance.tellFirm('barred', { restrictedUntil: new Date('2999-01-01') }, { store: 9 });
  await alliance.tellFirm('full', { capacity: 0 }, { store: 9 });
  await alliance.tellFirm('pending', { status: 'PENDING' }, { store: 9 });
  return alliance;
}

/** A search as a test sees it. */
export interface SeenAssembly {
  id: string;
  status: string;
  proposals: {
    id: string;
    rank: number;
    points: number;
    bound: number;
    gap: number;
    cost: number;
    parts: Record<string, number>;
    distance: number | null;
    lead: { id: string };
    members: {
      company: { id: string };
      role: string;
      covers: { requirement: { technology: { id: string } }; level: number; isVerified: boolean }[];
      reasons: { kind: string; text: { ko: string; en: string } }[];
    }[];
    uncovered: { technology: { id: string } }[];
  }[];
  infeasibility: {
    conflict: { kind: string; text: { ko: string; en: string } }[];
    relaxation: { changes: { demand: { kind: string }; from: number; to: number }[] } | null;
  } | null;
  shortfalls: { requirement: { technology: { id: string } }; missing: number; available: number }[];
}

const assemblyFields = `
  id status
  proposals {
    id rank points bound gap cost distance parts { coverage track cost size cohesion }
    lead { id }
    members {
      company { id } role
      covers { requirement { technology { id } } level isVerified }
      reasons { kind text { ko en } }
    }
    uncovered { technology { id } }
  }
  infeasibility { conflict { kind text { ko en } } relaxation { changes { demand { kind } from to } } }
  shortfalls { requirement { technology { id } } missing available }
  statistics { candidates solver instanceHash }
`;

/** Searches a team for a project. */
export async function assemble(alliance: Alliance, projectId: string, more: object = {}) {
  const { assemble: result } = await alliance.data<{
    assemble: { assembly: SeenAssembly | null; problems: SeenProblem[] };
  }>(
    lead,
    `mutation ($input: AssembleInput!) {
      assemble(input: $input) { assembly { ${assemblyFields} } ${problemFields} }
    }`,
    { input: { projectId, ...more } },
  );
  return result;
}
