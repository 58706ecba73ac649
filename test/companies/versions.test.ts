/** Guards against lost updates and lost deeds, over every mutation that the companies subgraph has. */
import {
  Kind,
  parse,
  type InputObjectTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { subgraphSdl } from '#schema/sdl.ts';
import { inputTypeOf } from '../mutation.ts';

/** Mutations that name no revision, and why nobody's work is lost by them. */
const withoutRevision: Record<string, string[]> = {
  'makes something new, and a key keeps a repeat from making it twice': [
    'signUp',
    'signIn',
    'startExternalSignIn',
    'registerCompany',
    'inviteMember',
    'saveSearch',
    'openConsultation',
    'reportMisconduct',
    'reportAnonymously',
    'writePartnerReview',
    'addSector',
    'requestEmailVerification',
    'requestPasswordReset',
  ],
  'adds to the end of what is there, and changes nothing of it': [
    'writeToConsultation',
    'writeToCase',
    'writeAnonymously',
  ],
  'only ever moves forward': ['readConsultation'],
  'uses up a secret that is good once': [
    'finishExternalSignIn',
    'confirmExternally',
    'refreshSession',
    'verifyEmail',
    'resetPassword',
  ],
  'concerns the viewer alone, who proves it by a password, a code or a token of now': [
    'signOut',
    'changePassword',
    'eraseAccount',
    'startSecondFactor',
    'confirmSecondFactor',
    'removeSecondFactor',
  ],
  'brings something to what is given, whatever it was': ['provisionUser', 'importCompanies'],
};

const folder = join(import.meta.dirname, '../../subgraphs/companies');

async function mutations(): Promise<{ name: string; fields: string[] }[]> {
  const { definitions } = parse(await subgraphSdl('companies'));
  const inputs = new Map(
    definitions
      .filter(
        (each): each is InputObjectTypeDefinitionNode =>
          each.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION,
      )
      .map(({ name, fields }) => [name.value, fields?.map((field) => field.name.value) ?? []]),
  );
  const root = definitions.find(
    (each): each is ObjectTypeDefinitionNode =>
      each.kind === Kind.OBJECT_TYPE_DEFINITION && each.name.value === 'Mutation',
  );
  return (root?.fields ?? []).map(({ name: { value } }) => ({
    name: value,
    fields: inputs.get(inputTypeOf(value)) ?? [],
  }));
}

async function sources(): Promise<string> {
  const files = await readdir(folder, { recursive: true });
  const code = files.filter((file) => file.endsWith('.ts') && !/test|generated/.test(file));
  const texts = await Promise.all(code.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.join('\n');
}

describe('every mutation of companies', () => {
  it('names the revision of what it changes, or is of a kind that nothing is lost by', async () => {
    const bare = (await mutations())
      .filter(({ fields }) => !fields.includes('revision'))
      .map(({ name }) => name);
    expect(bare.toSorted()).toEqual(Object.values(withoutRevision).flat().toSorted());
  });

  it('leaves a deed: by `answer`, or by a line of its own beside what it does', async () => {
    const code = await sources();
    const silent = (await mutations()).filter(({ name }) => {
      const deeds = [
        `answer\\(\\s*(context|unnamed\\(context\\)),\\s*'${name}'`,
        `recordOwnDeed\\([^;]*'${name}'`,
        `mutation: '${name}'`,
        `keep\\([^;]*'${name}'`,
      ];
      return !deeds.some((deed) => new RegExp(deed).test(code));
    });
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
