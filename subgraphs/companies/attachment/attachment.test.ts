import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from '#kit/mongo.ts';
import {
  startCompanies,
  type CompaniesWorld,
  type Firm,
} from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';
import { modelsOf, type Models } from '../context.ts';
import { mutationText } from '../../../test/mutation.ts';

let folder: string;
let world: CompaniesWorld;
let models: Models;
let close: () => Promise<void>;
let [lead, firm]: Firm[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-scanned-'));
  const scanner = join(folder, 'scanner');
  // Finds one word, and falls over at another.
  await writeFile(
    scanner,
    '#!/bin/sh\nseen=$(cat | tr -d "\\0")\ncase "$seen" in *EICAR*) exit 1;; *FALL*) kill -9 $$;; esac\n',
  );
  await chmod(scanner, 0o755);
  world = await startCompanies({ DOCUMENT_SCANNER: scanner, DATA_DIR: folder });
  const connection = await connect(world.uri, 'oca_companies');
  models = modelsOf(connection);
  close = () => connection.close();
  [lead, firm] = [await world.firm(), await world.firm()];
});
afterAll(async () => {
  await close();
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

const problems = 'problems { code path rule }';
const pdf = (word: string) => ({
  fileName: `${word}.pdf`,
  content: Buffer.from(`%PDF-1.7 ${word}`).toString('base64'),
});
const kept = async () =>
  (await readdir(join(folder, 'documents'), { recursive: true }).catch(() => [])).length;

const outcomes = [
  ['EICAR', 'INVALID', 'SCAN'],
  ['FALL', 'WRONG_STATE', 'SCANNER_AWAY'],
] as const;

/** Everything that somebody may hand a file in with. */
const ways = {
  openConsultation: (files: object[]) => ({
    viewer: lead?.owner ?? someone,
    input: { companyId: lead?.id, firmId: firm?.id, subject: 'S', text: 'T', files },
  }),
  reportMisconduct: (files: object[]) => ({
    viewer: lead?.owner ?? someone,
    input: { companyId: firm?.id, kind: 'OTHER', title: 'T', text: 'T', files },
  }),
  reportAnonymously: (files: object[]) => ({
    viewer: someone,
    input: { companyId: firm?.id, kind: 'OTHER', title: 'T', text: 'T', files },
  }),
};

describe.each(outcomes)('a file with %s', (word, code, rule) => {
  it.each(['openConsultation', 'reportMisconduct', 'reportAnonymously'] as const)(
    'is refused with everything beside it: %s',
    async (name) => {
      const { viewer, input } = ways[name]([pdf(`clean ${name}`), pdf(word)]);
      const before = await kept();
      const source = mutationText(name, problems);
      expect((await world.ask(viewer, source, { input })).problems).toEqual([
        { code, path: ['files', '1', 'content'], rule },
      ]);
      expect(await kept()).toBe(before);
      expect(await models.consultations.countDocuments()).toBe(0);
      expect(await models.cases.countDocuments()).toBe(0);
      const clean = ways[name]([pdf('clean')]);
      const good = await world.ask(viewer, source, { input: clean.input });
      expect(good.problems).toEqual([]);
      await models.consultations.deleteMany({});
      await models.cases.deleteMany({});
    },
  );

  it('is no logo, and the one before stays', async () => {
    const head = Buffer.alloc(33);
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(head);
    head.writeUInt32BE(13, 8);
    head.write('IHDR', 12, 'latin1');
    head.writeUInt32BE(64, 16);
    head.writeUInt32BE(64, 20);
    const end = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);
    const image = (text: string) =>
      Buffer.concat([head, Buffer.from(text), end]).toString('base64');
    const set = `mutation ($input: SetCompanyLogoInput!) { setCompanyLogo(input: $input) { company { logo { dataUrl } } ${problems} } }`;
    const give = async (text: string) => {
      const { revision } = await world.ask(
        world.secretariat,
        `{ company(id: "${lead?.id}") { revision } }`,
      );
      const input = { id: lead?.id, revision, content: image(text) };
      return world.ask(lead?.owner ?? someone, set, { input });
    };
    const first = await give('clean');
    expect(first.problems).toEqual([]);
    expect((await give(word)).problems).toEqual([{ code, path: ['content'], rule }]);
    const shown = await world.ask(someone, `{ company(id: "${lead?.id}") { logo { dataUrl } } }`);
    expect(shown).toEqual(first.company);
  });
});
