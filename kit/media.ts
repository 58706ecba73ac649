/** Files that people hand in: their kind is told by their first bytes and not by their names. Pure. */
import { archiveFaults } from './archive.ts';
import { problem, type Problem } from './refusal.ts';
import { tidy } from './text.ts';

interface Form {
  mediaType: string;
  /** First bytes, hexadecimal. */
  starts: string;
  /** Endings of a name that make it this kind among those that start alike; empty for any. */
  endings: readonly string[];
}

/** A ZIP archive starts so, and with it every office format that is one. */
const zip = '504b0304';

const forms: readonly Form[] = [
  { mediaType: 'application/pdf', starts: '255044462d', endings: [] },
  { mediaType: 'image/png', starts: '89504e470d0a1a0a', endings: [] },
  { mediaType: 'image/jpeg', starts: 'ffd8ff', endings: [] },
  // Hangul's document format up to version 5 is a compound file.
  { mediaType: 'application/x-hwp', starts: 'd0cf11e0a1b11ae1', endings: ['hwp'] },
  { mediaType: 'application/hwp+zip', starts: zip, endings: ['hwpx'] },
  {
    mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    starts: zip,
    endings: ['docx'],
  },
  {
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    starts: zip,
    endings: ['xlsx'],
  },
  {
    mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    starts: zip,
    endings: ['pptx'],
  },
  { mediaType: 'application/zip', starts: zip, endings: ['zip'] },
];

/** What kind of file these bytes are; null for one that is not taken. */
export function mediaTypeOf(bytes: Buffer, fileName: string): string | null {
  const head = bytes.subarray(0, 16).toString('hex');
  const ending = fileName.toLowerCase().split('.').at(-1) ?? '';
  const found = forms.find(
    ({ starts, endings }) =>
      head.startsWith(starts) && (endings.length === 0 || endings.includes(ending)),
  );
  return found?.mediaType ?? null;
}

/** Every ending that a kind of file is known by, for people who are told what is taken. */
const endingsTaken = 'pdf, png, jpeg, hwp, hwpx, docx, xlsx, pptx, zip';

/** What a file begins with, hexadecimal: what its kind is told by. */
const mediaFound = (bytes: Buffer): string => bytes.subarray(0, 8).toString('hex') || 'empty';

const base64Form = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes that a base64 text stands for; null when it is none. */
export function readBase64(text: string): Buffer | null {
  return text.length % 4 === 0 && base64Form.test(text) ? Buffer.from(text, 'base64') : null;
}

/** A file as a client gives it. */
export interface GivenFile {
  fileName: string;
  /** Base64. */
  content: string;
}

/** A file's name, bytes and kind. */
export interface ReadFile {
  name: string;
  bytes: Buffer;
  mediaType: string;
}

const nameForm = /^[^/\\\p{Cc}]{1,200}$/u;

/**
 * Reads a file, and says what is wrong with it: INVALID at `fileName` or `content`, rules SIZE, MEDIA_TYPE and those of an archive
 * (`archiveFaults`).
 *
 * @param path of the file in the input
 */
export function readGiven(
  given: GivenFile,
  mostBytes: number,
  path: readonly string[] = [],
): { file: ReadFile; faults: Problem[] } {
  const name = tidy(given.fileName);
  const bytes = readBase64(given.content);
  const mediaType = bytes && mediaTypeOf(bytes, name);
  const faults = [
    ...(nameForm.test(name)
      ? []
      : [
          problem(
            'INVALID',
            'A file name has 1 to 200 characters, no path.',
            [...path, 'fileName'],
            { rule: 'FILE_NAME', limit: nameForm.source, found: name.slice(0, 60) },
          ),
        ]),
    ...contentFaults(bytes, mediaType, mostBytes, [...path, 'content']),
  ];
  return { file: { name, bytes: bytes ?? Buffer.alloc(0), mediaType: mediaType ?? '' }, faults };
}

function contentFaults(
  bytes: Buffer | null,
  mediaType: string | null,
  mostBytes: number,
  path: string[],
): Problem[] {
  if (!bytes)
    return [
      problem('INVALID', 'This is not base64.', path, {
        rule: 'BASE64',
        limit: base64Form.source,
        found: 'other characters or a part of four',
      }),
    ];
  if (bytes.length > mostBytes) {
    const detail = { rule: 'SIZE', limit: String(mostBytes), found: String(bytes.length) };
    return [problem('INVALID', 'The file is too large.', path, detail)];
  }
  if (mediaType === null)
    return [
      problem('INVALID', 'Files of this kind are not taken.', path, {
        rule: 'MEDIA_TYPE',
        limit: endingsTaken,
        found: mediaFound(bytes),
      }),
    ];
  return bytes.subarray(0, zip.length / 2).toString('hex') === zip
    ? archiveFaults(bytes, path)
    : [];
}
