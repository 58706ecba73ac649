/** Which provinces and cities of Korea lie next to each other by land, by ISO 3166-2 code; the island of Jeju next to none. */
const neighbours: Readonly<Record<string, readonly string[]>> = {
  'KR-11': ['KR-28', 'KR-41'],
  'KR-26': ['KR-31', 'KR-48'],
  'KR-27': ['KR-47', 'KR-48'],
  'KR-28': ['KR-11', 'KR-41'],
  'KR-29': ['KR-46'],
  'KR-30': ['KR-43', 'KR-44', 'KR-50'],
  'KR-31': ['KR-26', 'KR-47', 'KR-48'],
  'KR-41': ['KR-11', 'KR-28', 'KR-42', 'KR-43', 'KR-44'],
  'KR-42': ['KR-41', 'KR-43', 'KR-47'],
  'KR-43': ['KR-30', 'KR-41', 'KR-42', 'KR-44', 'KR-45', 'KR-47', 'KR-50'],
  'KR-44': ['KR-30', 'KR-41', 'KR-43', 'KR-45', 'KR-50'],
  'KR-45': ['KR-43', 'KR-44', 'KR-46', 'KR-47', 'KR-48'],
  'KR-46': ['KR-29', 'KR-45', 'KR-48'],
  'KR-47': ['KR-27', 'KR-31', 'KR-42', 'KR-43', 'KR-45', 'KR-48'],
  'KR-48': ['KR-26', 'KR-27', 'KR-31', 'KR-45', 'KR-46', 'KR-47'],
  'KR-49': [],
  'KR-50': ['KR-30', 'KR-43', 'KR-44'],
};

/** The region and those next to it; a region that is not Korean stands alone. */
export function regionsNear(region: string): string[] {
  return [region, ...(neighbours[region] ?? [])];
}
