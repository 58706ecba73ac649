/** How a test walks a service through its review. */
import type { Viewer } from '#kit/viewer.ts';
import { owner, reviewer, type TestMarketplace } from './marketplace.ts';
import { user } from '../service.ts';
import { mutationText } from '../mutation.ts';

/** Another reviewer: a part needs two. */
export const second = user('reviewer-2', { roles: ['REVIEWER'] });

/** The owner of a firm without certificates. */
export const third = user('third-owner', { companies: { third: 'OWNER' } });

/** A review as mutations answer it. */
export interface Review {
  id: string;
  status: string;
  revision: number;
  targetDays: number;
  exemptions: { eligibility: boolean; capability: boolean } | null;
}
/** What a mutation of a review answers. */
export interface Payload {
  review: Review | null;
  problems: { code: string; path: string[]; rule: string | null }[];
}

/** What a service promises. */
export const levels = {
  availability: 9990,
  responseHours: 4,
  recoveryHours: 24,
  compensation: { ko: '월 이용료의 10 퍼센트' },
};
/** What a reviewer says. */
export const comment = '요건을 갖추었습니다. 좋습니다.';

/** The steps of a review. */
export type Steps = ReturnType<typeof stepsOf>;

/** The steps of a review on a marketplace under test. */
export function stepsOf({ query, listed }: Pick<TestMarketplace, 'query' | 'listed'>) {
  async function run(viewer: Viewer, name: string, input: object): Promise<Payload> {
    const data = await query(
      viewer,
      mutationText(
        name,
        `review { id status revision targetDays exemptions { eligibility capability } }
        problems { code path rule }`,
      ),
      { input },
    );
    return data[name] as Payload;
  }

  /** The state that a mutation leads to, or the first reason why it does not. */
  async function outcome(viewer: Viewer, name: string, input: object): Promise<string> {
    try {
      const { review, problems } = await run(viewer, name, input);
      return review?.status ?? problems[0]?.code ?? 'nothing';
    } catch (error) {
      return error instanceof Error ? error.message : 'nothing';
    }
  }

  async function submitted(details: object = {}, viewer = owner): Promise<Review> {
    const { id } = await listed(details, viewer);
    const { review, problems } = await run(viewer, 'submitService', { serviceId: id, levels });
    if (!review) throw new Error(JSON.stringify(problems));
    return review;
  }

  async function step(viewer: Viewer, name: string, review: Review, more: object): Promise<Review> {
    const { id, revision } = review;
    const payload = await run(viewer, name, { id, revision, ...more });
    if (!payload.review) throw new Error(JSON.stringify(payload.problems));
    return payload.review;
  }

  async function judged(review: Review): Promise<Review> {
    const once = await step(reviewer, 'giveServiceOpinion', review, { verdict: 'PASS', comment });
    return step(second, 'giveServiceOpinion', once, { verdict: 'PASS', comment });
  }

  return { run, outcome, submitted, step, judged };
}
