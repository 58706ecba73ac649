import fc from 'fast-check';

import { wholeInBasisPoints } from '#kit/won.ts';
import type { MembershipRecord } from './membership.model.ts';
import { shareAmounts, sharesWith, sharesWithout, shareTotal } from './shares.ts';

const membership = (index: number, share: number | null): MembershipRecord => ({
  _id: `member-${index}`,
  consortiumId: 'consortium',
  projectId: 'project',
  companyId: `firm-${index}`,
  role: index === 0 ? 'LEAD' : 'PARTNER',
  requirementIds: [],
  share,
  status: 'ACCEPTED',
  standing: true,
  deadline: null,
  invitedAt: new Date(0),
  answeredAt: null,
  reason: null,
  counter: null,
  replacesId: null,
  audience: [],
  revision: 1,
});

/** Shares of two to twelve members that sum to the whole. */
const wholes = fc
  .array(fc.integer({ min: 0, max: wholeInBasisPoints }), { minLength: 1, maxLength: 11 })
  .map((cuts) => {
    const edges = [0, ...cuts.toSorted((a, b) => a - b), wholeInBasisPoints];
    return edges.slice(1).map((edge, index) => membership(index, edge - (edges[index] ?? 0)));
  });

describe('shareAmounts', () => {
  it('never loses or invents a won, and never strays a whole won from the exact part', () => {
    fc.assert(
      fc.property(wholes, fc.maxSafeNat(), (members, budget) => {
        const amounts = shareAmounts(members, budget);
        const total = [...amounts.values()].reduce((sum, each) => sum + BigInt(each), 0n);
        expect(total).toBe(BigInt(budget));
        for (const { _id, share } of members) {
          const exact = BigInt(budget) * BigInt(share ?? 0);
          const given = BigInt(amounts.get(_id) ?? 0) * 10_000n;
          expect(given > exact - 10_000n && given < exact + 10_000n).toBe(true);
        }
      }),
    );
  });

  it('is empty without a budget, and while a share is missing', () => {
    expect(shareAmounts([membership(0, 10_000)], null).size).toBe(0);
    expect(shareAmounts([membership(0, 10_000), membership(1, null)], 100).size).toBe(0);
    expect(shareAmounts([membership(0, 9_999)], 100).size).toBe(0);
  });
});

describe('sharesWithout', () => {
  it('keeps the whole whole, whoever leaves, and takes nothing from those who stay', () => {
    fc.assert(
      fc.property(wholes, fc.nat(), (members, pick) => {
        const leaver = members[pick % members.length];
        const after = sharesWithout(members, leaver?._id ?? '');
        // Where nobody else has a share there is nobody to give it to.
        fc.pre(after.size > 0);
        const rest = members
          .filter(({ _id }) => _id !== leaver?._id)
          .map((member) => ({ ...member, share: after.get(member._id) ?? member.share }));
        expect(shareTotal(rest)).toBe(wholeInBasisPoints);
        for (const [id, share] of after) {
          const before = members.find(({ _id }) => _id === id)?.share ?? 0;
          expect(share).toBeGreaterThanOrEqual(before);
        }
      }),
    );
  });

  it('changes nothing when the leaver had no share', () => {
    expect(sharesWithout([membership(0, 10_000), membership(1, null)], 'member-1').size).toBe(0);
  });
});

describe('sharesWith', () => {
  it('makes room for a newcomer in proportion, so that the whole stays whole', () => {
    fc.assert(
      fc.property(wholes, fc.integer({ min: 1, max: wholeInBasisPoints }), (members, share) => {
        const after = sharesWith(members, share);
        const total = [...after.values()].reduce((sum, each) => sum + each, share);
        expect(total).toBe(wholeInBasisPoints);
      }),
    );
  });

  it('gives back what a leaver left, so that a successor finds the old shares', () => {
    const members = [membership(0, 5_000), membership(1, 3_000), membership(2, 2_000)];
    const after = sharesWithout(members, 'member-2');
    const rest = members.slice(0, 2).map((each) => ({ ...each, share: after.get(each._id) ?? 0 }));
    expect([...sharesWith(rest, 2_000).values()]).toEqual([5_000, 3_000]);
  });

  it('changes nothing while the shares are not complete', () => {
    expect(sharesWith([membership(0, 9_000)], 500).size).toBe(0);
  });
});
