/** Every way in which a whole file is refused; nothing of it is imported then. */
export const importFaultCodes = [
  /** No such file, or it cannot be read. */
  'IMPORT_UNREADABLE',
  /** Larger than an import may be. */
  'IMPORT_TOO_LARGE',
  /** It ends before it is complete. */
  'IMPORT_TRUNCATED',
  /** It is something else than the format says. */
  'IMPORT_FORMAT',
  /** Its times have no zone, or one that nobody knows. */
  'IMPORT_ZONE',
  /** Nobody says where its events take place. */
  'IMPORT_REGION',
  /** The platform takes nothing of it: the map is not there, or in review. */
  'IMPORT_REFUSED',
] as const;
export type ImportFaultCode = (typeof importFaultCodes)[number];

/** A file that is refused as a whole, before anything of it is imported. */
export class ImportFault extends Error {
  readonly code: ImportFaultCode;
  /** Counted from 1; null when the fault has no place. */
  readonly line: number | null;

  /** @param reason one English sentence for the operator */
  constructor(code: ImportFaultCode, reason: string, line: number | null = null) {
    super(reason);
    this.name = 'ImportFault';
    this.code = code;
    this.line = line;
  }
}
