/** Kinds of files that a submission may hold, told by their first bytes and not by their names. Pure. */

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

const base64Form = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes that a base64 text stands for; null when it is none. */
export function readBase64(text: string): Buffer | null {
  return text.length % 4 === 0 && base64Form.test(text) ? Buffer.from(text, 'base64') : null;
}
