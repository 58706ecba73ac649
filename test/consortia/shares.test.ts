import { problemFields, type SeenProblem } from './alliance.ts';
import {
  alliance,
  answer,
  consortiumOf,
  draft,
  invite,
  lead,
  setShares,
  startForming,
} from './forming.ts';

beforeAll(startForming);
afterAll(() => alliance.stop());

describe('shares', () => {
  it('refuses shares that do not sum, that leave somebody out and that name a stranger, all at once', async () => {
    const project = await draft('Shares');
    await invite(project.id, 'soft');
    await invite(project.id, 'mind');
    const consortium = await consortiumOf(project.id);
    const [first, second] = consortium.memberships;
    const { setShares: result } = await alliance.data<{
      setShares: { consortium: object | null; problems: SeenProblem[] };
    }>(
      lead,
      `mutation ($input: SetSharesInput!) {
        setShares(input: $input) { consortium { id } ${problemFields} }
      }`,
      {
        input: {
          consortiumId: consortium.id,
          revision: consortium.revision,
          shares: [
            { membershipId: first?.id, share: 5_000 },
            { membershipId: second?.id, share: 4_000 },
            { membershipId: 'stranger', share: 10 },
          ],
        },
      },
    );
    expect(result.consortium).toBeNull();
    expect(result.problems.map(({ code, path, rule }) => [code, path.join('/'), rule])).toEqual([
      ['NOT_FOUND', 'shares/2/membershipId', null],
      ['INVALID', '', 'SHARE_SET'],
      ['INVALID', 'shares', 'SHARES_SUM'],
    ]);
    expect((await consortiumOf(project.id)).shareTotal).toBe(0);
  });

  it('gives the share of a firm that leaves to the others in proportion', async () => {
    const project = await draft('Leaving');
    for (const firm of ['soft', 'mind', 'rival']) await invite(project.id, firm);
    await setShares(project.id, { infra: 5_000, soft: 2_500, mind: 1_501, rival: 999 });
    const rival = (await consortiumOf(project.id)).memberships.find(
      ({ company }) => company.id === 'rival',
    );
    if (!rival) throw new Error('The rival is not there.');
    const { membership } = await answer('declineInvitation', 'rival', rival, 'No time.');
    expect(membership?.status).toBe('DECLINED');
    const consortium = await consortiumOf(project.id);
    expect(consortium.shareTotal).toBe(10_000);
    expect(
      consortium.memberships
        .filter(({ status }) => status !== 'DECLINED')
        .map(({ share }) => share),
    ).toEqual([5_555, 2_777, 1_668]);
  });
});
