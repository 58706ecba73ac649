import fc from 'fast-check';

import type { AgreementRecord } from './agreement.model.ts';
import { agreementSteps, type AgreementStep } from './state.ts';
import { agreementBreaches, agreementStatus, unsigned, type Ties } from './standing.ts';

const sha256 = 'a'.repeat(64);
const agreement = (more: Partial<AgreementRecord> = {}): AgreementRecord => ({
  _id: 'agreement',
  consortiumId: 'consortium',
  number: 1,
  templateId: 'template',
  consortiumRevision: 3,
  projectRevision: 5,
  memberIds: ['infra', 'soft'],
  sha256,
  size: 1,
  drawnUpBy: 'user',
  drawnUpAt: new Date(0),
  signatures: [],
  sealedAt: null,
  reopening: [],
  reopenedAt: null,
  revision: 1,
  ...more,
});
const ties = (consortium: Partial<Ties['consortium']> = {}, projectRevision = 5): Ties => ({
  consortium: { revision: 3, status: 'FORMING', ...consortium },
  project: { revision: projectRevision },
  newestId: 'agreement',
});
const signature = (companyId: string, hash = sha256) => ({
  companyId,
  userId: 'user',
  sha256: hash,
  signedAt: new Date(0),
  statement: 'I sign.',
});

describe('agreementStatus', () => {
  it('is open at the very revisions it was drawn up at, and void at all others', () => {
    const revision = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(revision, revision, (ofConsortium, ofProject) => {
        const status = agreementStatus(agreement(), ties({ revision: ofConsortium }, ofProject));
        expect(status).toBe(ofConsortium === 3 && ofProject === 5 ? 'OPEN' : 'VOID');
      }),
    );
  });

  it('is void once there is a newer one or the consortium is given up', () => {
    expect(agreementStatus(agreement(), { ...ties(), newestId: 'newer' })).toBe('VOID');
    expect(agreementStatus(agreement(), ties({ status: 'DISSOLVED' }))).toBe('VOID');
  });

  it('is in force while the consortium is sealed on it, and has ended afterwards', () => {
    const sealed = agreement({ sealedAt: new Date(1) });
    expect(agreementStatus(sealed, ties({ status: 'SEALED', revision: 4 }, 9))).toBe('IN_FORCE');
    expect(agreementStatus(sealed, ties({ status: 'DISSOLVED', revision: 5 }))).toBe('ENDED');
    const reopened = agreement({ sealedAt: new Date(1), reopenedAt: new Date(2) });
    // Sealed again on another one.
    expect(agreementStatus(reopened, ties({ status: 'SEALED' }))).toBe('ENDED');
  });
});

/** What a use case leaves behind when it carries out a step on an agreement and what it hangs on. */
const effects: Record<AgreementStep, (of: AgreementRecord, on: Ties) => [AgreementRecord, Ties]> = {
  sign: (of, on) => [{ ...of, signatures: [...of.signatures, signature('soft')] }, on],
  outdate: (of, on) => [
    of,
    { ...on, consortium: { ...on.consortium, revision: on.consortium.revision + 1 } },
  ],
  seal: (of, on) => [
    { ...of, sealedAt: new Date(1) },
    {
      ...on,
      consortium: { status: 'SEALED', revision: on.consortium.revision + 1 },
      project: { revision: on.project.revision + 1 },
    },
  ],
  consent: (of, on) => [{ ...of, reopening: [...of.reopening] }, on],
  reopen: (of, on) => [
    { ...of, reopenedAt: new Date(2) },
    { ...on, consortium: { status: 'FORMING', revision: on.consortium.revision + 1 } },
  ],
  end: (of, on) => [
    of,
    { ...on, consortium: { status: 'DISSOLVED', revision: on.consortium.revision + 1 } },
  ],
};

describe('the table of steps', () => {
  it('leads where the agreement is found to stand after each step, in any order', () => {
    const step = fc.constantFrom(...(Object.keys(effects) as AgreementStep[]));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let [of, on] = [agreement(), ties()];
        for (const each of steps) {
          const next = agreementSteps[each][agreementStatus(of, on)];
          if (next === undefined) continue;
          [of, on] = effects[each](of, on);
          expect(agreementStatus(of, on)).toBe(next);
        }
      }),
    );
  });
});

const rules = (given: AgreementRecord | null) =>
  agreementBreaches(given, ties()).map(({ rule, found }) => [rule, found]);

describe('agreementBreaches', () => {
  it('asks for an agreement on the terms, then for every signature under its hash', () => {
    expect(rules(null)).toEqual([['AGREEMENT_DRAWN_UP', 'NONE']]);
    expect(rules(agreement({ projectRevision: 4 }))).toEqual([['AGREEMENT_DRAWN_UP', 'VOID']]);
    const one = agreement({ signatures: [signature('soft')] });
    expect(unsigned(one)).toEqual(['infra']);
    expect(rules(one)).toEqual([['ALL_SIGNED', '1']]);
    const all = agreement({ signatures: [signature('soft'), signature('infra')] });
    expect(rules(all)).toEqual([]);
  });

  it('does not count a signature under another hash', () => {
    const other = agreement({
      signatures: [signature('soft'), signature('infra', 'b'.repeat(64))],
    });
    expect(rules(other)).toEqual([['ALL_SIGNED', '1']]);
  });
});
