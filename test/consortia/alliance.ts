/** Firms and technologies for the stories about consortia, told as the services that own them would tell them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Connection } from 'mongoose';

import { factsOf, publishFacts } from '#kit/facts.ts';
import { connect } from '#kit/mongo.ts';
import type { Viewer } from '#kit/viewer.ts';
import type { CapabilityMapFact, CompanyFact, TechnologyFact } from '#schema/facts.ts';
import { consortia } from '../../subgraphs/consortia/subgraph.ts';
import { startTestDatabase } from '../database.ts';
import { startTestService, user, type TestService } from '../service.ts';
import { tellSectors } from '../told.ts';

/** What a firm can do: level by technology id; a second number is the verified level. */
export type Abilities = Record<string, number | readonly [number, number]>;

/** The service with an alliance around it. */
export interface Alliance extends TestService {
  uri: string;
  connection: Connection;
  /** Tells a firm's newest state and, where given, its capability map; resolves once the service knows. */
  tellFirm(id: string, firm?: Partial<CompanyFact>, abilities?: Abilities): Promise<void>;
  /** The same without waiting. */
  tellSoon(id: string, firm: Partial<CompanyFact>): Promise<void>;
  tellTechnology(id: string, technology?: Partial<TechnologyFact>): Promise<void>;
  /** Runs an operation that must not fail, and gives its data. */
  data<Data>(viewer: Viewer, source: string, variables?: Record<string, unknown>): Promise<Data>;
  /** Runs one mutation, and gives the payload's `fields` and its problems. */
  change<Payload>(
    viewer: Viewer,
    mutation: string,
    input: object,
    fields?: string,
  ): Promise<Payload & { problems: SeenProblem[] }>;
}

/** A firm's usual state. */
export function firmFact(id: string, firm: Partial<CompanyFact> = {}): CompanyFact {
  return {
    name: { ko: `${id} 기업`, en: `${id} Inc.` },
    businessNumber: null,
    kinds: ['SAAS'],
    sectors: ['healthcare'],
    region: 'KR-11',
    size: 'SME',
    status: 'APPROVED',
    capacity: 5,
    affiliateGroup: null,
    certificates: [],
    restrictedUntil: null,
    mergedIntoId: null,
    ...firm,
  };
}

/** Starts the service on a database of its own. */
export async function startAlliance(environment: Record<string, string> = {}): Promise<Alliance> {
  const database = await startTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'oca-documents-'));
  const settings = { DATA_DIR: folder, ...environment };
  const service = await startTestService(consortia, database.uri, settings);
  await tellSectors(database.uri);
  await service.caughtUp();
  const companies = await connect(database.uri, 'oca_companies');
  const techmaps = await connect(database.uri, 'oca_techmaps');
  const connection = await connect(database.uri, 'oca_consortia');
  const states = new Map<string, CompanyFact>();
  const tellSoon = (id: string, firm: Partial<CompanyFact>) => {
    const state = { ...(states.get(id) ?? firmFact(id)), ...firm };
    states.set(id, state);
    return publishFacts(factsOf(companies), [{ kind: 'company', key: id, state }]);
  };
  const data = async <Data>(
    viewer: Viewer,
    source: string,
    variables?: Record<string, unknown>,
  ): Promise<Data> => {
    const answer = await service.ask(viewer, source, variables);
    if (answer.errors) throw new Error(answer.errors.map(({ message }) => message).join('\n'));
    return structuredClone(answer.data) as Data;
  };
  return {
    ...service,
    uri: database.uri,
    connection,
    tellSoon,
    tellFirm: async (id, firm = {}, abilities) => {
      await tellSoon(id, firm);
      if (abilities)
        await publishFacts(factsOf(techmaps), [
          { kind: 'capabilityMap', key: id, state: mapFact(abilities) },
        ]);
      await service.caughtUp();
    },
    tellTechnology: async (id, technology = {}) => {
      const state: TechnologyFact = {
        code: id,
        name: { ko: `${id} 기술`, en: id },
        kind: 'TECHNOLOGY',
        parentId: null,
        mapId: 'map',
        current: true,
        ...technology,
      };
      await publishFacts(factsOf(techmaps), [{ kind: 'technology', key: id, state }]);
      await service.caughtUp();
    },
    data,
    change: async <Payload>(viewer: Viewer, mutation: string, input: object, fields = '') => {
      const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
      const { payload } = await data<{ payload: Payload & { problems: SeenProblem[] } }>(
        viewer,
        `mutation ($input: ${type}!) {
          payload: ${mutation}(input: $input) { ${fields} ${problemFields} }
        }`,
        { input },
      );
      return payload;
    },
    stop: async () => {
      await service.stop();
      await Promise.all([companies, techmaps, connection].map((each) => each.close()));
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function mapFact(abilities: Abilities): CapabilityMapFact {
  return {
    capabilities: Object.entries(abilities).map(([technologyId, levels]) => {
      const [level, verifiedLevel] = typeof levels === 'number' ? [levels, null] : levels;
      return { technologyId, level, verifiedLevel };
    }),
    publishedAt: new Date(),
  };
}

/** An editor of a firm. */
export function editorOf(companyId: string): Viewer {
  return user(`editor-of-${companyId}`, { companies: { [companyId]: 'EDITOR' } });
}

/** An owner of a firm. */
export function ownerOf(companyId: string): Viewer {
  return user(`owner-of-${companyId}`, { companies: { [companyId]: 'OWNER' } });
}

/** Alliance staff. */
export const secretary: Viewer = user('secretary', { roles: ['SECRETARIAT'] });

/** A problem as a client sees it. */
export interface SeenProblem {
  code: string;
  path: string[];
  rule: string | null;
  limit: string | null;
  found: string | null;
}

/** The fields of a problem that tests look at. */
export const problemFields = 'problems { code path rule limit found message }';

/** A moment so many milliseconds from now, as text. */
export const fromNow = (millis: number): string => new Date(Date.now() + millis).toISOString();

/** An hour, milliseconds. */
export const hour = 3_600_000;

/** Starts a programme with these rules; gives its id. */
export async function startProgramme(alliance: Alliance, rules: object = {}): Promise<string> {
  const { programme } = await alliance.change<{ programme: { id: string } }>(
    secretary,
    'createProgramme',
    {
      kind: 'FLAGSHIP',
      name: { ko: '플래그십', en: 'Flagship' },
      rules: [{ validFrom: '2020-01-01', ...rules }],
    },
    'programme { id }',
  );
  return programme.id;
}

/** A call as a test sees it. */
export interface SeenCall {
  id: string;
  status: string;
  closesOn: string;
}

/** Opens a call from an hour ago until in an hour. */
export function openCall(
  alliance: Alliance,
  programmeId: string,
  more: object = {},
): Promise<{ call: SeenCall | null; problems: SeenProblem[] }> {
  return alliance.change(
    secretary,
    'openCall',
    {
      programmeId,
      title: { en: 'Call' },
      year: 2026,
      budget: 10_000_000_000,
      slots: 5,
      opensAt: fromNow(-hour),
      closesAt: fromNow(hour),
      ...more,
    },
    'call { id status closesOn }',
  );
}

/** An agreement as a test sees it. */
export interface SeenAgreement {
  id: string;
  number: number;
  status: string;
  sha256: string;
  signatures: { company: { id: string }; sha256: string }[];
  unsigned: { id: string }[];
}

/** The fields of an agreement that tests look at. */
export const agreementFields = `agreement {
  id number status sha256 signatures { company { id } sha256 } unsigned { id }
}`;

/** Draws up the agreement of a consortium as it is now. */
export async function drawUp(
  alliance: Alliance,
  lead: Viewer,
  consortiumId: string,
): Promise<{ agreement: SeenAgreement | null; problems: SeenProblem[] }> {
  const { consortium } = await alliance.data<{ consortium: { revision: number } }>(
    lead,
    'query ($id: ID!) { consortium(id: $id) { revision } }',
    { id: consortiumId },
  );
  return alliance.change(
    lead,
    'drawUpAgreement',
    { consortiumId, revision: consortium.revision },
    agreementFields,
  );
}

/** Signs an agreement for a firm, as its owner. */
export async function sign(
  alliance: Alliance,
  consortiumId: string,
  companyId: string,
  agreement: Pick<SeenAgreement, 'id' | 'sha256'>,
): Promise<{ agreement: SeenAgreement | null; problems: SeenProblem[] }> {
  const owner = ownerOf(companyId);
  const { consortium } = await alliance.data<{
    consortium: { memberships: { id: string; status: string; company: { id: string } }[] };
  }>(
    owner,
    'query ($id: ID!) { consortium(id: $id) { memberships { id status company { id } } } }',
    { id: consortiumId },
  );
  const own = consortium.memberships.find(
    ({ company, status }) => company.id === companyId && status === 'ACCEPTED',
  );
  return alliance.change(
    owner,
    'signAgreement',
    { membershipId: own?.id, agreementId: agreement.id, sha256: agreement.sha256 },
    agreementFields,
  );
}

/** Draws up the agreement of a consortium and signs it for every member. */
export async function agree(
  alliance: Alliance,
  lead: Viewer,
  consortiumId: string,
): Promise<SeenAgreement> {
  const { agreement, problems } = await drawUp(alliance, lead, consortiumId);
  if (!agreement) throw new Error(JSON.stringify(problems));
  for (const { id } of agreement.unsigned) {
    const signed = await sign(alliance, consortiumId, id, agreement);
    if (signed.problems.length > 0) throw new Error(JSON.stringify(signed.problems));
  }
  return agreement;
}

/** Problems by code, path and rule. */
export const brief = (problems: SeenProblem[]) =>
  problems.map(({ code, path, rule }) => [code, path.join('/'), rule]);

/** Drafts a project led by a firm, and seals it with that firm alone; the call must allow so small a team. */
export async function sealAlone(
  alliance: Alliance,
  leadCompanyId: string,
  callId: string | null,
  more: object = {},
): Promise<{ id: string; revision: number; consortiumId: string }> {
  const lead = editorOf(leadCompanyId);
  const { project } = await alliance.change<{ project: { id: string } }>(
    lead,
    'draftProject',
    {
      callId,
      leadCompanyId,
      title: { ko: '과제', en: 'Project' },
      summary: {},
      sector: 'healthcare',
      ...more,
    },
    'project { id }',
  );
  // An invitation forms the consortium; taken back, it leaves the lead alone.
  const { membership } = await alliance.change<{ membership: { id: string } }>(
    lead,
    'inviteCompany',
    { projectId: project.id, companyId: 'helper', deadline: fromNow(hour) },
    'membership { id }',
  );
  await alliance.change(lead, 'withdrawMembership', {
    membershipId: membership.id,
    revision: 1,
    reason: 'Not needed.',
  });
  const read = () =>
    alliance.data<{
      project: {
        revision: number;
        consortium: { id: string; revision: number; memberships: { id: string; role: string }[] };
      };
    }>(
      lead,
      `query ($id: ID!) {
        project(id: $id) { revision consortium { id revision memberships { id role } } }
      }`,
      { id: project.id },
    );
  const { consortium } = (await read()).project;
  const own = consortium.memberships.find(({ role }) => role === 'LEAD');
  await alliance.change(lead, 'setShares', {
    consortiumId: consortium.id,
    revision: consortium.revision,
    shares: [{ membershipId: own?.id, share: 10_000 }],
  });
  await agree(alliance, lead, consortium.id);
  const { problems } = await alliance.change(lead, 'sealConsortium', {
    consortiumId: consortium.id,
    revision: consortium.revision + 1,
  });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const { revision } = (await read()).project;
  return { id: project.id, revision, consortiumId: consortium.id };
}
