/** The scalar `RegionCode`: a country, or a subdivision of one. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** ISO 3166-1 alpha-2: every code that is officially assigned, as of 2025. */
const countries: ReadonlySet<string> = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
    'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR ' +
    'GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP ' +
    'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT ' +
    'MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW ' +
    'SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG ' +
    'UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
);

/** ISO 3166-2:KR: the provinces and cities of Korea. */
const korean: ReadonlySet<string> = new Set(
  '11 26 27 28 29 30 31 41 42 43 44 45 46 47 48 49 50'.split(' ').map((part) => `KR-${part}`),
);

const regionForm = /^([A-Z]{2})(?:-[A-Z0-9]{1,3})?$/;

/** Whether there is such a region. Of other countries than Korea any subdivision of the right form is taken for one. */
export function isRegion(code: string): boolean {
  const country = regionForm.exec(code)?.[1];
  if (country === undefined || !countries.has(country)) return false;
  return country !== 'KR' || code === country || korean.has(code);
}

/**
 * The text as a region code: ISO 3166-1 alpha-2 (`FR`) or ISO 3166-2 (`KR-11`, Seoul).
 *
 * @throws {GraphQLError} BAD_USER_INPUT
 */
export function parseRegion(value: unknown): string {
  if (typeof value === 'string' && isRegion(value)) return value;
  throw new GraphQLError('A RegionCode is a code that is in ISO 3166, such as KR-11 or FR.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

/** A country (ISO 3166-1 alpha-2) or a subdivision (ISO 3166-2). What is kept is shown as it is: lists of codes change. */
export const regionScalar = new GraphQLScalarType<string, string>({
  name: 'RegionCode',
  serialize: String,
  parseValue: parseRegion,
  parseLiteral: (node) => parseRegion(node.kind === Kind.STRING ? node.value : null),
});
