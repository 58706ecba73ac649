/** The scalar `RegionCode`: a country, or a subdivision of one. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const regionForm = /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/;

/**
 * The text as a region code: ISO 3166-1 alpha-2 (`FR`) or ISO 3166-2 (`KR-11`, Seoul).
 *
 * @throws {GraphQLError} BAD_USER_INPUT
 */
export function parseRegion(value: unknown): string {
  if (typeof value === 'string' && regionForm.test(value)) return value;
  throw new GraphQLError('A RegionCode is ISO 3166, such as KR-11 or FR.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

/** A country (ISO 3166-1 alpha-2) or a subdivision (ISO 3166-2). */
export const regionScalar = new GraphQLScalarType<string, string>({
  name: 'RegionCode',
  serialize: parseRegion,
  parseValue: parseRegion,
  parseLiteral: (node) => parseRegion(node.kind === Kind.STRING ? node.value : null),
});
