/** Who may do what with services and listings. */
import type { Viewer } from '#kit/viewer.ts';
import {
  editor,
  member,
  offer,
  operator,
  owner,
  reviewer,
  secretariat,
  startMarketplace,
  stranger,
  type TestMarketplace,
} from './marketplace.ts';
import { someone } from '../service.ts';

let { run, ask, listed, added, stop } = {} as TestMarketplace;

beforeAll(async () => {
  ({ run, ask, listed, added, stop } = await startMarketplace());
});

afterAll(() => stop());

type May = [string, Viewer, boolean | 'UNAUTHENTICATED'];
const provider: May[] = [
  ['a visitor', someone, 'UNAUTHENTICATED'],
  ['the owner', owner, true],
  ['an editor', editor, true],
  ['a viewer of the firm', member, false],
  ['another firm', stranger, false],
  ['a reviewer', reviewer, false],
  ['an operator', operator, false],
];
const alone: May[] = [...provider, ['the secretariat', secretariat, false]];
const overseen: May[] = [...provider, ['the secretariat', secretariat, true]];

function codeFor(allowed: May[2]): string | null {
  return allowed === true ? null : allowed || 'FORBIDDEN';
}

describe('who may', () => {
  it.each(alone)('draft: %s', async (_, viewer, allowed) => {
    const { code, payload } = await run(viewer, 'draftService', offer());
    expect([code, payload?.service?.status ?? null]).toEqual([
      codeFor(allowed),
      allowed === true ? 'DRAFT' : null,
    ]);
  });

  it.each(alone)('update: %s', async (_, viewer, allowed) => {
    const { id, revision } = await listed();
    const { code, payload } = await run(viewer, 'updateService', {
      id,
      revision,
      url: 'https://a.example',
    });
    expect([code, payload?.service?.revision ?? null]).toEqual([
      codeFor(allowed),
      allowed === true ? 3 : null,
    ]);
  });

  it.each(alone)('list: %s', async (_, viewer, allowed) => {
    const { id, revision } = await listed();
    const { payload: gone } = await run(owner, 'withdrawService', { id, revision });
    expect(gone?.service?.status).toBe('WITHDRAWN');
    const { code, payload } = await run(viewer, 'listService', { id, revision: 3 });
    // Who may not even see it is not told that it is there.
    const outcome = payload?.service ? payload.service.status : (code ?? 'FORBIDDEN');
    expect(outcome).toBe(codeFor(allowed) ?? 'LISTED');
  });

  it.each(overseen)('withdraw: %s', async (_, viewer, allowed) => {
    const { id, revision } = await listed();
    const { code, payload } = await run(viewer, 'withdrawService', { id, revision });
    expect([code, payload?.service?.status ?? null]).toEqual([
      codeFor(allowed),
      allowed === true ? 'WITHDRAWN' : null,
    ]);
  });

  it.each(alone)('add a listing: %s', async (_, viewer, allowed) => {
    const { id } = await listed();
    const { code, payload } = await run(viewer, 'addListing', {
      serviceId: id,
      marketplace: 'AWS',
    });
    expect([code, payload?.listing?.status ?? null]).toEqual([
      codeFor(allowed),
      allowed === true ? 'PREPARING' : null,
    ]);
  });

  it.each(overseen)('advance a listing: %s', async (_, viewer, allowed) => {
    const { id } = await added((await listed()).id, 'AWS');
    const { code, payload } = await run(viewer, 'advanceListing', {
      id,
      revision: 1,
      to: 'SUBMITTED',
    });
    expect([code, payload?.listing?.status ?? null]).toEqual([
      codeFor(allowed),
      allowed === true ? 'SUBMITTED' : null,
    ]);
  });

  it.each(['importServices', 'importMarketplaces'])('%s', async (name) => {
    const source = `mutation { ${name}(input: { source: "roles", rows: [] }) { created } }`;
    const codes: unknown[] = [];
    for (const viewer of [someone, owner, reviewer, operator, secretariat]) {
      const { errors } = await ask(viewer, source);
      codes.push(errors?.[0]?.extensions['code'] ?? null);
    }
    expect(codes).toEqual(['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', null, null]);
  });
});
