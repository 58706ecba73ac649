/** How many services have which value. */
import type { Model } from 'mongoose';

import type { ServiceRecord } from './service.model.ts';

/** One value and how many services have it. */
export interface Facet {
  value: string;
  count: number;
}

/** Fields that services are counted by. */
export type FacetField = 'models' | 'categories' | 'sectors' | 'listedOn' | 'certifications.scheme';

/** Counts the services of a question by a field, the most frequent value first. */
export async function countBy(
  { services, facetValues }: { services: Model<ServiceRecord>; facetValues: number },
  filter: object,
  field: FacetField,
): Promise<Facet[]> {
  const [list = field] = field.split('.');
  const counted = await services.aggregate<{ _id: string; count: number }>([
    { $match: filter },
    { $project: { [list]: 1 } },
    { $unwind: `$${list}` },
    // A service that names a value twice counts once.
    { $group: { _id: { service: '$_id', value: `$${field}` } } },
    { $group: { _id: '$_id.value', count: { $sum: 1 } } },
    { $sort: { count: -1, _id: 1 } },
    { $limit: facetValues },
  ]);
  return counted.map(({ _id, count }) => ({ value: _id, count }));
}

/** How many services in the catalogue are listed on each marketplace. */
export async function countServices(
  services: Model<ServiceRecord>,
  codes: readonly string[],
): Promise<number[]> {
  const counted = await services.aggregate<{ _id: string; count: number }>([
    { $match: { listedOn: { $in: [...codes] }, status: 'LISTED' } },
    { $project: { listedOn: 1 } },
    { $unwind: '$listedOn' },
    { $group: { _id: '$listedOn', count: { $sum: 1 } } },
  ]);
  const byCode = new Map(counted.map(({ _id, count }) => [_id, count]));
  return codes.map((code) => byCode.get(code) ?? 0);
}
