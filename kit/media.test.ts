import { unpackedLimit } from './archive.ts';
import { mediaTypeOf, readBase64, readGiven } from './media.ts';
import { archiveOf } from './sample-archive.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe('mediaTypeOf', () => {
  it.each([
    ['255044462d312e37', 'plan.docx', 'application/pdf'],
    ['89504e470d0a1a0a00', 'site.png', 'image/png'],
    ['d0cf11e0a1b11ae1', '계획서.HWP', 'application/x-hwp'],
    ['504b030414', '계획서.hwpx', 'application/hwp+zip'],
    ['504b030414', 'all.zip', 'application/zip'],
  ])('knows %s as %s by its first bytes', (hex, name, mediaType) => {
    expect(mediaTypeOf(bytes(hex), name)).toBe(mediaType);
  });

  it.each([
    ['4d5a9000', 'plan.pdf'],
    ['d0cf11e0a1b11ae1', 'old.doc'],
    ['504b030414', 'app.jar'],
    ['', 'empty.pdf'],
    ['2550', 'cut.pdf'],
  ])('takes no %s named %s', (hex, name) => {
    expect(mediaTypeOf(bytes(hex), name)).toBeNull();
  });
});

describe('readBase64', () => {
  it('reads what it is given, and nothing that is not base64', () => {
    expect(readBase64('7ZWcAA==')).toEqual(bytes('ed959c00'));
    for (const text of ['7ZWcAA=', '7ZWc AA=', 'a===', '한국어요'])
      expect(readBase64(text)).toBeNull();
  });
});

describe('readGiven', () => {
  const content = Buffer.from('255044462d312e37', 'hex').toString('base64');

  it('reads a file, its name in one form', () => {
    const fileName = '계획서.pdf'.normalize('NFD');
    const { file, faults } = readGiven({ fileName, content }, 100);
    expect(faults).toEqual([]);
    expect(file).toMatchObject({ name: '계획서.pdf', mediaType: 'application/pdf' });
  });

  it.each([
    [{ fileName: '../plan.pdf', content }, 100, ['fileName'], 'FILE_NAME'],
    [{ fileName: 'plan.pdf', content: '=' }, 100, ['content'], 'BASE64'],
    [{ fileName: 'plan.pdf', content }, 7, ['content'], 'SIZE'],
    [{ fileName: 'plan.exe', content: 'TVqQAA==' }, 100, ['content'], 'MEDIA_TYPE'],
  ])('finds fault with %j of at most %i bytes at %j', (given, most, [field], rule) => {
    const { faults } = readGiven(given, most, ['files', '0']);
    expect(faults.map((each) => [each.path, each.rule])).toEqual([[['files', '0', field], rule]]);
  });

  it.each(['계획서.hwpx', 'plan.docx', 'all.zip'])('finds a bomb in %s', (fileName) => {
    const given = (unpacked: number) => {
      const archive = archiveOf([{ name: 'a.xml', packed: 100, unpacked }]);
      return readGiven({ fileName, content: archive.toString('base64') }, 1_000);
    };
    expect(given(unpackedLimit).faults).toEqual([]);
    expect(given(unpackedLimit + 1).faults).toMatchObject([
      { code: 'INVALID', path: ['content'], rule: 'ARCHIVE_UNPACKED' },
    ]);
  });
});
