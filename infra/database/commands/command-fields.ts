// Which fields a command takes: those of any, and its own; what is not known is refused, never ignored.
import { isDocument, textOf } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { refuse, unknownField } from '../refusal.ts';

const CARRIED = new Set([
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  'lsid',
  'readConcern',
  'writeConcern',
  'maxTimeMS',
  'comment',
]);

/** Whether any command may carry this field. */
export function isCarried(field: string): boolean {
  return field.startsWith('$') || CARRIED.has(field);
}

/** What a command that may stand in a transaction or be sent again takes as well. */
export const NUMBERED: readonly string[] = ['txnNumber', 'autocommit', 'startTransaction'];

function namesOf(
  lists: Readonly<Record<string, string>>,
): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(Object.entries(lists).map(([name, list]) => [name, new Set(list.split(' '))]));
}

const ON_DOCUMENTS = new Set([...NUMBERED, 'clientOperationKey', 'rawData']);

/** The own fields of each command on documents but `find`. @see https://www.mongodb.com/docs/manual/reference/command/ */
const FIELDS = namesOf({
  insert: 'documents ordered bypassDocumentValidation stmtId stmtIds',
  update: 'updates ordered bypassDocumentValidation let stmtId stmtIds',
  delete: 'deletes ordered let stmtId stmtIds',
  findAndModify:
    'query sort remove update new fields upsert let bypassDocumentValidation collation arrayFilters hint stmtId',
  count: 'query limit skip hint collation fields',
  distinct: 'key query collation hint',
  getMore: 'collection batchSize term lastKnownCommittedOpTime',
  aggregate:
    'pipeline cursor explain allowDiskUse bypassDocumentValidation let collation hint maxAwaitTimeMS',
});

/** The fields of one statement, by the command's field that holds them. */
const STATEMENTS = namesOf({
  updates: 'q u c multi upsert upsertSupplied arrayFilters collation hint sort',
  deletes: 'q limit collation hint',
});

/**
 * Refuses a command that asks for something that is not there.
 *
 * @throws {CommandRefusal} 40415 naming the field, 2 for an unknown level of reading, 9 for an unknown part of a write concern
 */
export function checkFields(command: Document, name: string): void {
  checkConcerns(command);
  const fields = FIELDS.get(name);
  if (fields === undefined) return;
  const [first] = command.keys();
  for (const [field, value] of command) {
    if (field === first || isCarried(field) || ON_DOCUMENTS.has(field)) continue;
    if (!fields.has(field)) throw unknownField(`${name}.${field}`);
    if (Array.isArray(value)) checkStatements(value, STATEMENTS.get(field), `${name}.${field}`);
  }
}

function checkStatements(
  statements: readonly Value[],
  known: ReadonlySet<string> | undefined,
  place: string,
): void {
  for (const statement of known === undefined ? [] : statements.filter(isDocument))
    for (const field of statement.keys())
      if (known?.has(field) === false) throw unknownField(`${place}.${field}`);
}

const READ_LEVELS = new Set<Value>(['local', 'available', 'majority', 'snapshot', 'linearizable']);
const READ_CONCERN = new Set(['level', 'afterClusterTime', 'atClusterTime', 'provenance']);
const WRITE_CONCERN = new Set(['w', 'j', 'fsync', 'wtimeout', 'provenance', 'getLastError']);

function checkConcerns(command: Document): void {
  const read = concernOf(command, 'readConcern');
  const unread = [...read.keys()].find((name) => !READ_CONCERN.has(name));
  if (unread !== undefined) throw unknownField(`readConcern.${unread}`);
  const level = read.get('level');
  if (level !== undefined && !READ_LEVELS.has(level))
    throw refuse(
      2,
      `Enumeration value '${textOf(level)}' for field 'readConcern.level' is not a valid value.`,
    );
  const write = concernOf(command, 'writeConcern');
  const unwritten = [...write.keys()].find((name) => !WRITE_CONCERN.has(name));
  if (unwritten !== undefined) throw refuse(9, `unrecognized write concern field: ${unwritten}`);
}

function concernOf(command: Document, name: string): Document {
  const concern = command.get(name) ?? new Map<string, Value>();
  if (isDocument(concern)) return concern;
  throw refuse(14, `BSON field '${name}' is the wrong type, expected type 'object'`);
}
