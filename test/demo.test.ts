/** The demo's story on the seed, over HTTP and WebSocket. */
import { tellStory, type Outcome } from '../infra/demo/story.ts';
import type { Platform } from '../infra/platform.ts';
import { seedMap } from '../infra/seed/seed-rows.ts';
import { seed, type SeedReport } from '../infra/seed/seed.ts';
import { startTestPlatform } from './platform.ts';

describe('the demo on the seed', () => {
  const lines: string[] = [];
  let platform: Platform;
  let report: SeedReport | null;
  let outcome: Outcome;

  beforeAll(async () => {
    platform = await startTestPlatform();
    report = await seed(platform, {});
    const { url } = await platform.listen();
    outcome = await tellStory({ url, map: seedMap, print: (line) => lines.push(line) });
  }, 180_000);

  afterAll(() => platform.stop());

  it('begins on a seed with every programme, and seeds no second time', async () => {
    expect(report).toMatchObject({ companies: 43, technologies: 87, programmes: 8, accounts: 7 });
    expect(await seed(platform, {})).toBeNull();
  });

  it('brings no accounts into production', async () => {
    expect(await seed(platform, { NODE_ENV: 'production' })).toBeNull();
  });

  it('assembles a team for ten requirements and proves that none is better', () => {
    expect(outcome.requirements).toBe(10);
    expect(outcome.assembly).toMatchObject({
      status: 'OPTIMAL',
      statistics: { stoppedBy: 'PROOF' },
    });
    const [best, ...others] = outcome.assembly.proposals;
    expect(best?.gap).toBeLessThan(1e-6);
    expect(others.every(({ points }) => points >= (best?.points ?? 0))).toBe(true);
    const covered = best?.members.flatMap(({ covers }) => covers) ?? [];
    expect(covered.length).toBeGreaterThanOrEqual(9);
    expect(covered.every(({ level }) => level >= 8)).toBe(true);
  });

  it('seals a consortium of the proposed firms whose shares and amounts are exact', () => {
    const { status, shareTotal, memberships } = outcome.consortium;
    expect([status, shareTotal]).toEqual(['SEALED', 10_000]);
    expect(sum(memberships.map(({ share }) => share))).toBe(10_000);
    expect(sum(memberships.map(({ shareAmount }) => shareAmount))).toBe(7_500_000_001);
    const proposed = outcome.assembly.proposals[0]?.members.map(({ company }) => company.id);
    expect(memberships.map(({ company }) => company.id).toSorted()).toEqual(proposed?.toSorted());
    expect(memberships.filter(({ role }) => role === 'LEAD')).toHaveLength(1);
  });

  it('seals it on an agreement that the owner of every member signed', () => {
    const { agreement, consortium } = outcome;
    expect(agreement).toMatchObject({ number: 1, status: 'OPEN', unsigned: [] });
    expect(agreement.sha256).toMatch(/^[0-9a-f]{64}$/u);
    expect(agreement.signatures.map(({ company }) => company.id).toSorted()).toEqual(
      consortium.memberships.map(({ company }) => company.id).toSorted(),
    );
  });

  it('tells a live subscriber of the meetup, with the host and the supply from other subgraphs', () => {
    expect(outcome.announcement).toMatchObject({ kind: 'ANNOUNCED', host: 'Hanbiton Cloud' });
    expect(outcome.announcement.technologies).toHaveLength(2);
    expect(outcome.announcement.technologies.every(({ firms }) => firms >= 2)).toBe(true);
  });

  it('prints the story with its figures', () => {
    const story = lines.join('\n');
    expect(story).toContain('Signed in as the lead of Hanbiton Cloud.');
    expect(story).toContain(
      'Sealed: 10,000 basis points and 7,500,000,001 won in all, to the won.',
    );
  });
});

function sum(amounts: (number | null)[]): number {
  return amounts.reduce<number>((all, each) => all + (each ?? 0), 0);
}
