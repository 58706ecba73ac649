/** Evidence that rests on something: files that are kept and read, certificates that are held, projects that were. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { someone, user } from '../service.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';
import { tellFirms, tellProjects } from '../told.ts';

const csap = [{ scheme: 'CSAP', type: null, grade: null, validFrom: '2020-01-01', validTo: null }];
const ownProject = {
  title: { ko: '과제', en: null },
  status: 'RUNNING',
  sector: 'finance',
  requirements: [],
  memberIds: ['hanbit'],
};

let folder: string;
let world: TechmapsWorld;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-'));
  const scanner = join(folder, 'scanner');
  await writeFile(scanner, '#!/bin/sh\n! grep -q EICAR\n');
  await chmod(scanner, 0o700);
  world = await startTechmaps({
    DATA_DIR: folder,
    DOCUMENT_SCANNER: scanner,
    TECHMAPS_FILE_LIMIT: '2',
    DOCUMENT_BYTES: '1000',
  });
  await world.map('ev', ['ev DOMAIN', 'ev.a', 'ev.b']);
  await tellFirms(world.uri, {
    hanbit: {
      certificates: [
        ...csap,
        { scheme: 'OLD', type: null, grade: null, validFrom: '2020-01-01', validTo: '2021-01-01' },
      ],
    },
    saebyeok: {},
    waiting: { status: 'SUSPENDED' },
  });
  await tellProjects(world.uri, {
    own: ownProject,
    other: { ...ownProject, memberIds: ['saebyeok'] },
  });
  await world.service.caughtUp();
});
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

function fileOf(text: string) {
  return { fileName: '증빙.pdf'.normalize('NFD'), content: Buffer.from(`%PDF-1.4 ${text}`).toString('base64') }; // prettier-ignore
}

function upload(companyId: string, file: object, more: object = {}): Promise<Payload> {
  const fields = 'file { id fileName mediaType size sha256 }';
  return world.mutate(world.editor(companyId), 'uploadEvidence', { companyId, ...file, ...more }, fields); // prettier-ignore
}

function publish(companyId: string, revision: number, evidence: object[]): Promise<Payload> {
  const input = { companyId, revision, capabilities: [{ technologyCode: 'ev.a', level: 5, evidence }] }; // prettier-ignore
  return world.mutate(world.editor(companyId), 'publishCapabilities', input);
}

describe('a file as evidence', () => {
  it('is kept once, by what its bytes are, under a composed name', async () => {
    const first = await upload('hanbit', fileOf('one'));
    expect(first).toMatchObject({
      file: { fileName: '증빙.pdf'.normalize('NFC'), mediaType: 'application/pdf', size: 12 },
      problems: [],
    });
    expect((await upload('hanbit', fileOf('one')))['file']).toEqual(first['file']);
  });

  it.each([
    ['no base64', { fileName: 'a.pdf', content: '=' }, 'content', 'BASE64'],
    ['another kind', { fileName: 'a.pdf', content: 'AAAA' }, 'content', 'MEDIA_TYPE'],
    ['a path', { ...fileOf('a'), fileName: '../a.pdf' }, 'fileName', 'FILE_NAME'],
    ['too much', fileOf('x'.repeat(1_000)), 'content', 'SIZE'],
    ['what the scanner refuses', fileOf('EICAR'), 'content', 'SCAN'],
  ])('is refused for %s', async (_, file, path, rule) => {
    const { problems } = await upload('hanbit', file);
    expect(problems).toMatchObject([{ code: 'INVALID', path: [path], rule }]);
  });

  it('is refused beyond how many a firm may have, and from one that takes no part', async () => {
    await upload('hanbit', fileOf('two'));
    const { problems } = await upload('hanbit', fileOf('three'));
    expect(problems).toMatchObject([{ code: 'LIMIT_REACHED', path: ['companyId'] }]);
    expect((await upload('waiting', fileOf('one')))['problems']).toMatchObject([
      { code: 'WRONG_STATE', path: ['companyId'] },
    ]);
  });

  it('is handed in by editors and owners alone', async () => {
    const input = { companyId: 'hanbit', ...fileOf('one') };
    const source = 'mutation ($input: UploadEvidenceInput!) { uploadEvidence(input: $input) { file { id } } }'; // prettier-ignore
    const viewer = user('v', { companies: { hanbit: 'VIEWER' } });
    for (const each of [viewer, world.editor('saebyeok'), world.secretariat])
      expect(await world.codes(each, source, { input })).toEqual(['FORBIDDEN']);
    expect(await world.codes(someone, source, { input })).toEqual(['UNAUTHENTICATED']);
  });

  it('goes from a draft into the map and its history; its firm, reviewers and the secretariat read it', async () => {
    const { file } = await upload('hanbit', fileOf('one'));
    const evidence = [{ kind: 'FILE', fileId: file.id }];
    const drafted = await world.mutate(
      world.editor('hanbit'),
      'draftCapabilities',
      { companyId: 'hanbit', revision: 0, capabilities: [{ technologyCode: 'ev.a', level: 5, evidence }] },
      'capabilityDraft { faults { message } entries { evidence { file { id } } } }',
    ); // prettier-ignore
    expect(drafted['capabilityDraft']).toEqual({
      faults: [],
      entries: [{ evidence: [{ file: { id: file.id } }] }],
    });
    expect((await publish('hanbit', 0, evidence))['problems']).toEqual([]);
    expect((await publish('hanbit', 1, []))['problems']).toEqual([]);
    const [company] = (await world.ask(
      someone,
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Company { capabilityMap(revision: 1) { entries { evidence { kind file { id fileName } } } } } } }',
      { of: [{ __typename: 'Company', id: 'hanbit' }] },
    )) as Payload[];
    expect(company?.['capabilityMap'].entries[0].evidence[0].file.id).toBe(file.id);
    const read = async (viewer: typeof someone) =>
      world.service.ask(viewer, 'query ($id: ID!) { evidenceContent(id: $id) }', { id: file.id });
    const { content } = fileOf('one');
    for (const each of [user('v', { companies: { hanbit: 'VIEWER' } }), world.reviewer, world.secretariat])
      expect((await read(each)).data).toEqual({ evidenceContent: content }); // prettier-ignore
    for (const each of [world.editor('saebyeok'), world.operator])
      expect((await read(each)).data).toEqual({ evidenceContent: null });
    expect((await read(someone)).errors?.map(({ extensions }) => extensions['code'])).toEqual(['UNAUTHENTICATED']); // prettier-ignore
  });

  it('is named by no other firm', async () => {
    const { file } = await upload('hanbit', fileOf('one'));
    const { problems } = await publish('saebyeok', 0, [{ kind: 'FILE', fileId: file.id }]);
    expect(problems).toMatchObject([
      {
        code: 'NOT_FOUND',
        rule: 'EVIDENCE_FILE_IS_OWN',
        path: ['capabilities', '0', 'evidence', '0', 'fileId'],
      },
    ]);
  });

  it('goes over with what a merged firm could do', async () => {
    await world.firms('gone', 'stays');
    const { file } = await upload('gone', fileOf('merged'));
    const evidence = [{ kind: 'FILE', fileId: file.id }];
    await publish('gone', 0, evidence);
    await tellFirms(world.uri, { gone: { status: 'MERGED', mergedIntoId: 'stays' } });
    await world.service.caughtUp();
    expect((await publish('stays', 1, evidence))['problems']).toEqual([]);
    const input = { id: file.id };
    expect(await world.ask(world.editor('stays'), 'query ($id: ID!) { evidenceContent(id: $id) }', input)).toBe(fileOf('merged').content); // prettier-ignore
  });
});

describe('a certificate and a project as evidence', () => {
  it('are those that the firm really has', async () => {
    await world.firms('nobody');
    const given = [
      { kind: 'CERTIFICATE', certificateScheme: 'CSAP' },
      { kind: 'CERTIFICATE', certificateScheme: 'OLD' },
      { kind: 'PROJECT', projectId: 'own' },
      { kind: 'PROJECT', projectId: 'other' },
      { kind: 'PROJECT', projectId: 'none' },
      { kind: 'PROJECT', title: 'Before the alliance' },
    ];
    const { problems } = await publish('hanbit', 2, given);
    expect(problems).toMatchObject(
      [1, 3, 4].map((index) => ({
        code: 'NOT_FOUND',
        path: ['capabilities', '0', 'evidence', String(index), given[index]?.projectId === undefined ? 'certificateScheme' : 'projectId'], // prettier-ignore
      })),
    );
    const sound = given.filter((_, index) => ![1, 3, 4].includes(index));
    expect((await publish('hanbit', 2, sound))['problems']).toEqual([]);
  });

  it('are shown with whether they hold today, and a map of a day as it was', async () => {
    const holding = async () => {
      const { edges } = await world.ask(
        someone,
        '{ capabilities(filter: { technologyCode: "ev.a", companyIds: ["hanbit"] }) { edges { node { evidence { certificateScheme project { id } holds } } } } }',
      );
      return edges[0].node.evidence.map(({ certificateScheme, project, holds }: Payload) => [
        certificateScheme ?? project?.id ?? null,
        holds,
      ]);
    };
    expect(await holding()).toEqual([
      ['CSAP', true],
      ['own', true],
      [null, null],
    ]);
    await tellFirms(world.uri, { hanbit: { certificates: [] } });
    await tellProjects(world.uri, { own: null });
    await world.service.caughtUp();
    expect(await holding()).toEqual([
      ['CSAP', false],
      ['own', false],
      [null, null],
    ]);
    const [then] = (await world.ask(
      someone,
      '{ _entities(representations: [{ __typename: "Company", id: "hanbit" }]) { ... on Company { capabilityMap { entries { evidence { certificateScheme holds } } } } } }',
    )) as Payload[];
    expect(then?.['capabilityMap'].entries[0].evidence[0]).toEqual({
      certificateScheme: 'CSAP',
      holds: null,
    });
    const again = await publish('hanbit', 3, [{ kind: 'CERTIFICATE', certificateScheme: 'CSAP' }]);
    expect(again['problems']).toMatchObject([{ rule: 'CERTIFICATE_IS_HELD' }]);
    await tellFirms(world.uri, { hanbit: { certificates: csap } });
    await tellProjects(world.uri, { own: ownProject });
    await world.service.caughtUp();
    expect(await holding()).toContainEqual(['CSAP', true]);
  });

  it('come in and go out with tables', async () => {
    const text = (await world.ask(world.operator, '{ capabilityTable(format: CSV) { text } }'))['text']; // prettier-ignore
    expect(text).toContain('CERTIFICATE |  |  |  | CSAP\nPROJECT |  |  |  | own');
    const bring = (csv: string) =>
      world.mutate(
        world.operator,
        'importCapabilityTable',
        { source: 'sheet', format: 'CSV', text: csv },
        'unchanged created updated',
      );
    expect(await bring(text)).toMatchObject({ created: 0, updated: 0, problems: [] });
    const names = 'companyId,technologyCode,level,evidence\n';
    const wrong = await bring(`${names}saebyeok,ev.a,3,CERTIFICATE | | | | CSAP\n`);
    expect(wrong['problems']).toMatchObject([{ rule: 'CERTIFICATE_IS_HELD' }]);
    expect(wrong['problems'][0].path).toEqual(['lines', '2', 'evidence', '0', 'certificateScheme']);
  });
});
