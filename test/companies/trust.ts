/** Misconduct cases on their way, for tests of them. */
import type { Viewer } from '#kit/viewer.ts';
import { startCompanies, type CompaniesWorld, type Firm, type Payload } from './companies.ts';
import { mutationText } from '../mutation.ts';

/** A case as tests read it. */
export interface SeenCase {
  id: string;
  revision: number;
  state: string;
  stands: string[];
  title: string | null;
  charge: string | null;
  history: { state: string }[];
  decision: { kinds: string[]; appealUntil: string; reason: { en: string } | null } | null;
}

/** What a step with a case answered. */
export interface Step extends Payload {
  case: SeenCase;
}

type Place = Pick<SeenCase, 'id' | 'revision'>;

/** What is selected of a case. */
export const caseFields = `id revision state stands title anonymous charge company { id } history { state } decision { kinds appealUntil reason { en } }`;
/** Asks for a case. */
export const oneCase = `query ($id: ID!) { misconductCase(id: $id) { ${caseFields} reporter { id } hearing { statement } } }`;

/** The companies subgraph with people who handle cases in it. */
export interface Trust {
  world: CompaniesWorld;
  reporter: Viewer;
  /** Another one of the secretariat. */
  second: Viewer;
  mutate<Answer = Step>(
    viewer: Viewer,
    name: string,
    input: object,
    selection?: string,
  ): Promise<Answer>;
  report(firm: Firm): Promise<SeenCase>;
  advance(of: Place, step: string, rest?: object): Promise<Step>;
  /** A case in its hearing, in which the firm has answered. */
  heard(firm: Firm): Promise<SeenCase>;
  /** Decides with a reason. */
  decide(of: Place, rest: object): Promise<Step>;
  appeal(firm: Firm, of: Place): Promise<Step>;
  decideAppeal(of: Place, outcome: string, by: Viewer): Promise<Step>;
}

/** What is reported of a firm. */
export function draftReport(firm: Firm) {
  return {
    companyId: firm.id,
    kind: 'FALSE_STATEMENT',
    title: 'A certificate',
    text: 'It is not theirs. I am Ada of the sales team.',
  };
}

/** An instant far enough ahead to call a firm to. */
export function inTwentyDays(): string {
  return new Date(Date.now() + 20 * 86_400_000).toISOString();
}

/** Starts the subgraph on an empty database. */
export async function startTrust(environment: Record<string, string> = {}): Promise<Trust> {
  const world = await startCompanies(environment);
  const reporter = await world.person('reporter');
  const second = await world.person('second', { roles: ['SECRETARIAT'] });
  const mutate: Trust['mutate'] = (viewer, name, input, selection = `case { ${caseFields} }`) => {
    const source = mutationText(name, `${selection} problems { code path rule }`);
    return world.ask(viewer, source, { input });
  };
  const report: Trust['report'] = async (firm) =>
    (await mutate(reporter, 'reportMisconduct', draftReport(firm))).case;
  const advance: Trust['advance'] = ({ id, revision }, step, rest = {}) =>
    mutate(world.secretariat, 'advanceCase', { id, revision, step, ...rest });
  return {
    world,
    reporter,
    second,
    mutate,
    report,
    advance,
    heard: async (firm) => {
      const { case: assessed } = await advance(await report(firm), 'ASSESS');
      const { case: investigated } = await advance(assessed, 'INVESTIGATE');
      const { id, revision } = investigated;
      const call = { id, revision, charge: 'A certificate is false.', place: 'Seoul' };
      const called = await mutate(world.secretariat, 'callHearing', {
        ...call,
        at: inTwentyDays(),
      });
      const answer = { id, revision: called.case.revision, statement: 'It is ours.' };
      return (await mutate(firm.owner, 'answerCharge', answer)).case;
    },
    decide: ({ id, revision }, rest) =>
      mutate(world.secretariat, 'decideCase', {
        id,
        revision,
        reason: { en: 'Because.' },
        ...rest,
      }),
    appeal: (firm, { id, revision }) =>
      mutate(firm.owner, 'appealCase', { id, revision, reason: 'It is ours.' }),
    decideAppeal: ({ id, revision }, outcome, by) =>
      mutate(by, 'decideCaseAppeal', { id, revision, outcome, reason: { en: 'So.' } }),
  };
}
