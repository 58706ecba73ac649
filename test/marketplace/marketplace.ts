/** The marketplace subgraph on a database of its own, with two firms that offer services. */
import type { Viewer } from '#kit/viewer.ts';
import { marketplace } from '../../subgraphs/marketplace/subgraph.ts';
import { startTestDatabase } from '../database.ts';
import { startTestService, user } from '../service.ts';
import { tellFirms, tellSectors, tellTechnologies } from '../told.ts';
import { mutationText } from '../mutation.ts';

export const owner = user('owner', { companies: { firm: 'OWNER' } });
export const editor = user('editor', { companies: { firm: 'EDITOR' } });
export const member = user('member', { companies: { firm: 'VIEWER' } });
export const stranger = user('stranger', { companies: { rival: 'OWNER' } });
export const secretariat = user('secretariat', { roles: ['SECRETARIAT'] });
export const operator = user('operator', { roles: ['OPERATOR'] });
export const reviewer = user('reviewer', { roles: ['REVIEWER'] });

/** What a mutation answers. */
export interface Payload {
  service?: { id: string; revision: number; status: string } | null;
  listing?: { id: string; revision: number; status: string; nextStatuses: string[] } | null;
  problems: { code: string; path: string[]; rule: string | null }[];
}

const ofService = 'service { id revision status name { ko en } models categories }';
const ofListing =
  'listing { id revision status url listedAt nextStatuses steps { status note } marketplace { code } service { id } }';

let count = 0;
/** A service that nobody offered before. */
export function offer(details: object = {}) {
  count += 1;
  return {
    providerId: 'firm',
    name: { ko: `서비스 ${count}`, en: `Service ${count}` },
    summary: { ko: '무엇을 하는가' },
    models: ['SAAS'],
    ...details,
  };
}

/** The subgraph, and how it is asked. */
export type TestMarketplace = Awaited<ReturnType<typeof startMarketplace>>;

/** Starts the subgraph and tells it of firms and technologies. */
export async function startMarketplace() {
  const database = await startTestDatabase();
  const service = await startTestService(marketplace, database.uri);
  await tellSectors(database.uri);
  await tellFirms(database.uri, {
    firm: {},
    rival: { name: { ko: '다온', en: 'Daon' } },
    pending: { status: 'PENDING' },
    restricted: { restrictedUntil: new Date(Date.now() + 86_400_000) },
  });
  await tellTechnologies(database.uri, {
    runtime: { code: 'cncf.runtime', kind: 'AREA' },
    containers: { code: 'cncf.runtime.containers', parentId: 'runtime' },
    mesh: { code: 'cncf.mesh' },
  });
  await service.caughtUp();

  async function run(viewer: Viewer, name: string, input: object) {
    const fields = name.endsWith('Listing') ? ofListing : ofService;
    const { data, errors } = await service.ask(
      viewer,
      mutationText(name, `${fields} problems { code path rule }`),
      { input },
    );
    return {
      payload: (data ? JSON.parse(JSON.stringify(data[name])) : null) as Payload | null,
      code: errors?.[0]?.extensions['code'] ?? null,
    };
  }

  async function drafted(details: object = {}, viewer = owner) {
    const { payload } = await run(viewer, 'draftService', offer(details));
    if (!payload?.service) throw new Error(JSON.stringify(payload));
    return payload.service;
  }

  async function listed(details: object = {}, viewer = owner) {
    const { id, revision } = await drafted(details, viewer);
    const { payload } = await run(viewer, 'listService', { id, revision });
    if (!payload?.service) throw new Error(JSON.stringify(payload));
    return payload.service;
  }

  async function added(serviceId: string, code: string) {
    const { payload } = await run(owner, 'addListing', { serviceId, marketplace: code });
    if (!payload?.listing) throw new Error(JSON.stringify(payload));
    return payload.listing;
  }

  async function query(viewer: Viewer, source: string, variables: object = {}) {
    const { data, errors } = await service.ask(viewer, source, { ...variables });
    if (errors)
      throw new Error(
        errors[0]?.extensions['code'] === 'BAD_USER_INPUT' ? 'BAD_USER_INPUT' : errors[0]?.message,
      );
    return JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
  }

  return {
    ask: (viewer: Viewer, source: string, variables?: Record<string, unknown>) =>
      service.ask(viewer, source, variables),
    run,
    query,
    drafted,
    listed,
    added,
    uri: database.uri,
    heard: () => service.caughtUp(),
    stop: async () => {
      await service.stop();
      await database.stop();
    },
  };
}
