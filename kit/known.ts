/** Which things of another service there are, by their keys alone: for references to be checked. */
import { Schema, type Connection, type Model } from 'mongoose';

import { applyFacts, type FactRecord, type Followed } from './facts.ts';
import { modelOf, plainSchema } from './mongo.ts';
import { problem, type Problem } from './refusal.ts';
import { tidy } from './text.ts';

/** A thing that was told of, by `kind:key`. */
export type KnownRecord = Followed;

const knownSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    gone: { type: Boolean, required: true },
  },
  { ...plainSchema, collection: 'known' },
);

/** What the service that owns the connection knows to be there elsewhere. */
export function knownOf(connection: Connection): Model<KnownRecord> {
  return modelOf<KnownRecord>(connection, 'known', knownSchema);
}

/** Keeps which things there are, by facts of any kind; what else the facts say is left out. */
export function applyKnown(connection: Connection, facts: readonly FactRecord[]): Promise<void> {
  return applyFacts(
    knownOf(connection),
    facts.map((fact) => ({
      ...fact,
      key: `${fact.kind}:${fact.key}`,
      state: fact.state === null ? null : {},
    })),
  );
}

/** The form of a code. What has not even that is refused for it by who takes it. */
const codeForm = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Those of some codes that name nothing of this kind. */
export async function unknownCodes(
  connection: Connection,
  kind: string,
  codes: readonly string[],
): Promise<ReadonlySet<string>> {
  const asked = [...new Set(codes.map(tidy))].filter((code) => codeForm.test(code));
  if (asked.length === 0) return new Set();
  const found = await knownOf(connection)
    .find({ _id: { $in: asked.map((code) => `${kind}:${code}`) }, gone: false }, { _id: 1 })
    .lean();
  const known = new Set(found.map(({ _id }) => _id));
  return new Set(asked.filter((code) => !known.has(`${kind}:${code}`)));
}

/** A refusal for each code of a list that is unknown, at its place in the list. */
export function unknownProblems(
  kind: string,
  codes: readonly string[] | null | undefined,
  unknown: ReadonlySet<string>,
  path: readonly string[],
): Problem[] {
  return (codes ?? []).flatMap((code, place) =>
    unknown.has(tidy(code)) ? [unknownProblem(kind, code, [...path, String(place)])] : [],
  );
}

/** A refusal of a code that is unknown. */
export function unknownProblem(kind: string, code: string, path: string[]): Problem {
  return problem('NOT_FOUND', `There is no such ${kind}.`, path, { found: code });
}
