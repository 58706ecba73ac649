import type { CodegenConfig } from '@graphql-codegen/cli';

import { records } from './schema/records.ts';
import { subgraphNames } from './schema/sdl.ts';

const config: CodegenConfig = {
  importExtension: '.ts',
  generates: Object.fromEntries(
    subgraphNames.map((name) => [
      `subgraphs/${name}/schema.generated.ts`,
      {
        schema: ['schema/common.graphql', `schema/${name}.graphql`],
        plugins: ['typescript', 'typescript-resolvers'],
        config: {
          federation: true,
          contextType: './context.ts#Context',
          mappers: records[name],
          enumType: 'string-literal',
          enumsAsTypes: true,
          immutableTypes: false,
          // GraphQL fills defaults in before a resolver sees them.
          avoidOptionals: { defaultValue: true },
          useTypeImports: true,
          maybeValue: 'T | null | undefined',
          scalars: {
            ID: 'string',
            Instant: 'Date',
            Date: 'string',
            Won: 'number',
            BasisPoints: 'number',
            RegionCode: 'string',
          },
        },
      },
    ]),
  ),
};
export default config;
