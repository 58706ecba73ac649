// What is told of a write that was sent again: which of its statements were done before.
import { isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { toNumber } from '../bson/number.ts';

const STATEMENTS: ReadonlyMap<string, string> = new Map([
  ['insert', 'documents'],
  ['update', 'updates'],
  ['delete', 'deletes'],
  ['bulkWrite', 'ops'],
]);

/** The answer of a write that was done before, with the numbers of the statements that are not done again. */
export function asRetried(answer: Document, command: Document, name: string): Document {
  if (name === 'findAndModify') return withField(answer, 'retriedStmtId', firstStatement(command));
  const statements = command.get(STATEMENTS.get(name) ?? '');
  if (!Array.isArray(statements)) return answer;
  const failed = failedStatements(answer);
  // In order, nothing after the first that failed was done.
  const isOrdered = command.get('ordered') !== false;
  const end = isOrdered ? Math.min(statements.length, ...failed) : statements.length;
  const own = command.get('stmtIds');
  const done = Array.from({ length: end }, (_, at) => at)
    .filter((at) => !failed.has(at))
    .map((at): Value => (Array.isArray(own) ? (own[at] ?? at) : firstStatement(command) + at));
  return done.length === 0 ? answer : withField(answer, 'retriedStmtIds', done);
}

function firstStatement(command: Document): number {
  const own = command.get('stmtId');
  return isNumeric(own) ? toNumber(own) : 0;
}

function failedStatements(answer: Document): ReadonlySet<number> {
  const errors = answer.get('writeErrors');
  if (!Array.isArray(errors)) return new Set();
  return new Set(errors.filter(isDocument).map((error) => Number(error.get('index'))));
}

function withField(answer: Document, name: string, value: Value): Document {
  return new Map([...answer, [name, value]]);
}
