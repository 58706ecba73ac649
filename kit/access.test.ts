import { admitted, narrowed } from './access.ts';
import type { Viewer } from './viewer.ts';

const at = 1_700_000_000_000;
const viewer = (issuedAt: number | null, companies: Viewer['companies']): Viewer => ({
  userId: 'u1',
  companies,
  roles: [],
  scopes: [],
  issuedAt,
  requestId: 'r',
});
const owner = { companyId: 'a', role: 'OWNER' as const };
const left = (companies: Viewer['companies']) => ({ since: new Date(at), companies });

describe('a viewer from whom something was taken', () => {
  it('keeps nothing of a company they left, when the token is as old as that or older', () => {
    for (const issuedAt of [at - 1, at, 0])
      expect(narrowed(viewer(issuedAt, [owner]), left([])).companies).toEqual([]);
  });

  it('has of each company the lower of both roles, and none that the token does not name', () => {
    const held: Viewer['companies'] = [owner, { companyId: 'b', role: 'VIEWER' }];
    const now = left([
      { companyId: 'a', role: 'EDITOR' },
      { companyId: 'b', role: 'OWNER' },
      { companyId: 'c', role: 'OWNER' },
    ]);
    expect(narrowed(viewer(at - 1, held), now).companies).toEqual([
      { companyId: 'a', role: 'EDITOR' },
      { companyId: 'b', role: 'VIEWER' },
    ]);
  });

  it('keeps the roles that both the token names and are left, and all where none were told of', () => {
    const held: Viewer = { ...viewer(at, []), roles: ['REVIEWER', 'SECRETARIAT'] };
    const roles = (told: object) => narrowed(held, { ...left([]), ...told }).roles;
    expect(roles({ roles: ['SECRETARIAT', 'OPERATOR'] })).toEqual(['SECRETARIAT']);
    expect(roles({ roles: [] })).toEqual([]);
    expect(roles({})).toEqual(['REVIEWER', 'SECRETARIAT']);
  });

  it('is what a newer token says, or the platform itself', () => {
    for (const issuedAt of [at + 1, null])
      expect(narrowed(viewer(issuedAt, [owner]), left([])).companies).toEqual([owner]);
  });
});

const told = async () => ({ over: new Date(at) });

describe('a viewer whose sessions all ended', () => {
  it('is nobody with a token as old as that or older, whatever else it says', async () => {
    for (const issuedAt of [at - 1, at, 0])
      await expect(admitted(viewer(issuedAt, []), told)).rejects.toMatchObject({
        extensions: { code: 'UNAUTHENTICATED' },
      });
  });

  it('is who they are with a newer one', async () => {
    const newer = viewer(at + 1, [owner]);
    expect(await admitted(newer, told)).toEqual(newer);
  });
});
