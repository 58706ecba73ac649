import type { Value } from './bson/value.ts';

/** MongoDB's names for the error codes that we give. @see https://www.mongodb.com/docs/manual/reference/error-codes/ */
export const CODE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'InternalError'],
  [2, 'BadValue'],
  [6, 'HostUnreachable'],
  [7, 'HostNotFound'],
  [9, 'FailedToParse'],
  [10, 'CannotMutateObject'],
  [11, 'UserNotFound'],
  [12, 'UnsupportedFormat'],
  [13, 'Unauthorized'],
  [14, 'TypeMismatch'],
  [15, 'Overflow'],
  [16, 'InvalidLength'],
  [17, 'ProtocolError'],
  [18, 'AuthenticationFailed'],
  [20, 'IllegalOperation'],
  [22, 'InvalidBSON'],
  [24, 'LockTimeout'],
  [26, 'NamespaceNotFound'],
  [27, 'IndexNotFound'],
  [28, 'PathNotViable'],
  [40, 'ConflictingUpdateOperators'],
  [43, 'CursorNotFound'],
  [47, 'NoMatchingDocument'],
  [48, 'NamespaceExists'],
  [50, 'MaxTimeMSExpired'],
  [52, 'DollarPrefixedFieldName'],
  [53, 'InvalidIdField'],
  [54, 'NotSingleValueField'],
  [56, 'EmptyFieldName'],
  [59, 'CommandNotFound'],
  [66, 'ImmutableField'],
  [67, 'CannotCreateIndex'],
  [72, 'InvalidOptions'],
  [73, 'InvalidNamespace'],
  [79, 'UnknownReplWriteConcern'],
  [85, 'IndexOptionsConflict'],
  [86, 'IndexKeySpecsConflict'],
  [89, 'NetworkTimeout'],
  [91, 'ShutdownInProgress'],
  [96, 'OperationFailed'],
  [100, 'UnsatisfiableWriteConcern'],
  [112, 'WriteConflict'],
  [115, 'CommandNotSupported'],
  [121, 'DocumentValidationFailure'],
  [136, 'CappedPositionLost'],
  [146, 'ExceededMemoryLimit'],
  [165, 'ViewDepthLimitExceeded'],
  [166, 'CommandNotSupportedOnView'],
  [167, 'OptionNotSupportedOnView'],
  [168, 'InvalidPipelineOperator'],
  [171, 'CannotIndexParallelArrays'],
  [334, 'MechanismUnavailable'],
  [352, 'UnsupportedOpQueryCommand'],
  [189, 'PrimarySteppedDown'],
  [197, 'InvalidIndexSpecificationOption'],
  [206, 'NoSuchSession'],
  [211, 'KeyNotFound'],
  [217, 'IncompleteTransactionHistory'],
  [225, 'TransactionTooOld'],
  [231, 'CannotBackfillArray'],
  [237, 'CursorKilled'],
  [238, 'NotImplemented'],
  [239, 'SnapshotTooOld'],
  [241, 'ConversionFailure'],
  [246, 'SnapshotUnavailable'],
  [249, 'TooManyLogicalSessions'],
  [251, 'NoSuchTransaction'],
  [256, 'TransactionCommitted'],
  [260, 'InvalidResumeToken'],
  [262, 'ExceededTimeLimit'],
  [263, 'OperationNotSupportedInTransaction'],
  [276, 'IndexBuildAborted'],
  [280, 'ChangeStreamFatalError'],
  [286, 'ChangeStreamHistoryLost'],
  [290, 'TransactionExceededLifetimeLimitSeconds'],
  [291, 'NoQueryExecutionPlans'],
  [292, 'QueryExceededMemoryLimitNoDiskUseAllowed'],
  [322, 'APIVersionError'],
  [323, 'APIStrictError'],
  [359, 'CannotConvertIndexToUnique'],
  [9001, 'SocketException'],
  [10_107, 'NotWritablePrimary'],
  [10_334, 'BSONObjectTooLarge'],
  [11_000, 'DuplicateKey'],
  [11_600, 'InterruptedAtShutdown'],
  [11_601, 'Interrupted'],
  [11_602, 'InterruptedDueToReplStateChange'],
  [13_435, 'NotPrimaryNoSecondaryOk'],
  [13_436, 'NotPrimaryOrSecondary'],
]);

/** What MongoDB calls an error code; codes without a name of their own are locations. */
export function codeName(code: number): string {
  return CODE_NAMES.get(code) ?? `Location${code}`;
}

/** More that a refusal tells the client. */
export type RefusalDetail = {
  /** Fields beside code and errmsg, as `keyPattern` of a duplicate key. */
  fields?: ReadonlyMap<string, Value>;
  /** Error labels, as TransientTransactionError. */
  labels?: readonly string[];
};

/** A command, statement or value that is refused with MongoDB's own code and words. */
export class CommandRefusal extends Error {
  readonly code: number;
  readonly fields: ReadonlyMap<string, Value>;
  readonly labels: readonly string[];

  constructor(code: number, message: string, detail: RefusalDetail = {}) {
    super(message);
    this.name = 'CommandRefusal';
    this.code = code;
    this.fields = detail.fields ?? new Map();
    this.labels = detail.labels ?? [];
  }
}

/** The refusal to throw: `throw refuse(2, 'unknown operator: $foo')`. */
export function refuse(code: number, message: string, detail?: RefusalDetail): CommandRefusal {
  return new CommandRefusal(code, message, detail);
}

/** The refusal of a field that is not there, by its path. */
export function unknownField(path: string): CommandRefusal {
  return refuse(40_415, `BSON field '${path}' is an unknown field.`);
}
