import type { MemberRecord } from './member.model.ts';
import { inRank, keepsOwner } from './ownership.ts';

describe('keepsOwner', () => {
  const owner = { _id: 'a', role: 'OWNER', state: 'ACTIVE' } as MemberRecord;
  const editor = { _id: 'b', role: 'EDITOR', state: 'ACTIVE' } as MemberRecord;
  const invited = { _id: 'c', role: 'OWNER', state: 'INVITED' } as MemberRecord;

  it.each<[MemberRecord[], string, MemberRecord['role'] | null, boolean]>([
    [[owner, editor], 'a', null, false],
    [[owner, editor], 'a', 'EDITOR', false],
    [[owner, invited], 'a', null, false],
    [[owner, editor], 'a', 'OWNER', true],
    [[owner, editor], 'b', null, true],
    [[owner, { ...editor, role: 'OWNER' }], 'a', null, true],
    [[editor], 'b', null, true],
  ])('of %j with %s becoming %s is %s', (all, id, role, kept) => {
    expect(keepsOwner(all, id, role)).toBe(kept);
  });
});

const member = (email: string, role: string, state: string) =>
  ({ email, role, state }) as MemberRecord;

describe('inRank', () => {
  it('puts owners first, the invited last, each by e-mail', () => {
    const members = [
      member('d', 'OWNER', 'INVITED'),
      member('c', 'VIEWER', 'ACTIVE'),
      member('b', 'OWNER', 'ACTIVE'),
      member('a', 'EDITOR', 'ACTIVE'),
      member('a', 'OWNER', 'ACTIVE'),
    ];
    const order = inRank(members).map(({ email, role }) => `${email} ${role}`);
    expect(order).toEqual(['a OWNER', 'b OWNER', 'a EDITOR', 'c VIEWER', 'd OWNER']);
  });
});
