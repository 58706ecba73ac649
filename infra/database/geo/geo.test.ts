// Places: what lies in a region, what meets it, and what is nearest.
import fc from 'fast-check';
import type { Collection, Document } from 'mongodb';
import { startSample } from '../sample.ts';
import type { Sample } from '../sample.ts';
import { planeDistance } from './plane.ts';
import type { Point, Shape } from './shape.ts';
import { angleBetween, EARTH_METRES, sphereDistance } from './sphere.ts';

let sample: Sample;
let places: Collection;

const point = (longitude: number, latitude: number): Document => ({
  type: 'Point',
  coordinates: [longitude, latitude],
});
const SEOUL = point(126.978, 37.5665);

beforeAll(async () => {
  sample = await startSample();
  places = sample.client.db('known').collection('places');
  await places.createIndex({ at: '2dsphere' });
  await places.insertMany([
    { name: 'Seoul', at: SEOUL },
    { name: 'Busan', at: point(129.0756, 35.1796) },
    { name: 'Incheon', at: [126.7052, 37.4563] },
    { name: 'Tokyo', at: { lng: 139.6917, lat: 35.6895 } },
    {
      name: 'Han river',
      at: {
        type: 'LineString',
        coordinates: [
          [126.6, 37.6],
          [127.3, 37.5],
        ],
      },
    },
    { name: 'nowhere' },
  ]);
});

afterAll(async () => {
  await sample.stop();
});

async function names(at: Document): Promise<unknown[]> {
  const found = await places.find({ at }).toArray();
  return found.map((one) => one['name']);
}

const rectangle = (west: number, south: number, east: number, north: number): Document => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
});

describe('a region', () => {
  it('holds what lies in it as a whole, by GeoJSON and by older pairs', async () => {
    const $geometry = rectangle(126, 37, 127.2, 38);
    expect(await names({ $geoWithin: { $geometry } })).toEqual(['Seoul', 'Incheon']);
    expect(await names({ $geoIntersects: { $geometry } })).toEqual([
      'Seoul',
      'Incheon',
      'Han river',
    ]);
    expect(await names({ $geoWithin: { $centerSphere: [[129, 35], 0.01] } })).toEqual(['Busan']);
    expect(
      await names({
        $geoWithin: {
          $box: [
            [138, 34],
            [141, 37],
          ],
        },
      }),
    ).toEqual(['Tokyo']);
    expect(await names({ $geoWithin: { $center: [[129, 35], 1] } })).toEqual(['Busan']);
    expect(
      await names({
        $geoWithin: {
          $polygon: [
            [128, 34],
            [130, 34],
            [129, 37],
          ],
        },
      }),
    ).toEqual(['Busan']);
  });

  it('has holes, and edges along great circles', async () => {
    const { coordinates } = rectangle(126, 37, 127.2, 38);
    const hole = rectangle(126.9, 37.5, 127.1, 37.7)['coordinates'][0];
    const $geometry = { type: 'Polygon', coordinates: [...coordinates, hole] };
    expect(await names({ $geoWithin: { $geometry } })).toEqual(['Incheon']);
    // Between 60 degrees east and west the great circle of 45 degrees north runs over 63 degrees.
    const wide = rectangle(-60, 45, 60, 46);
    const found = await sample.client
      .db('known')
      .collection('spots')
      .insertMany([{ at: point(0, 45.5) }, { at: point(0, 63.5) }]);
    expect(found.insertedCount).toBe(2);
    const spots = await sample.client
      .db('known')
      .collection('spots')
      .find({ at: { $geoWithin: { $geometry: wide } } })
      .toArray();
    expect(spots.map((one) => one['at'].coordinates[1])).toEqual([63.5]);
  });

  it('is refused when it is none, or more than a hemisphere', async () => {
    const refused: [Document, number][] = [
      [{ $geoWithin: { $geometry: SEOUL } }, 2],
      [{ $geoWithin: { $circle: 1 } }, 2],
      [{ $geoWithin: { $center: [[0, 0], -1] } }, 2],
      [{ $geoIntersects: { $box: [] } }, 2],
      [{ $geoWithin: { $geometry: rectangle(-170, -80, 170, 80) } }, 238],
      [{ $maxDistance: 5 }, 2],
      [{ $near: 'here' }, 2],
    ];
    for (const [at, code] of refused)
      await expect(places.find({ at }).toArray()).rejects.toMatchObject({ code });
  });
});

describe('the nearest', () => {
  it('come first, within distances in metres', async () => {
    expect(await names({ $near: { $geometry: SEOUL } })).toEqual([
      'Seoul',
      'Han river',
      'Incheon',
      'Busan',
      'Tokyo',
    ]);
    expect(
      await names({ $near: { $geometry: SEOUL, $minDistance: 5000, $maxDistance: 400_000 } }),
    ).toEqual(['Incheon', 'Busan']);
    const [first] = await places
      .find({ at: { $nearSphere: [139, 35] } })
      .limit(1)
      .toArray();
    expect(first?.['name']).toBe('Tokyo');
  });

  it('are told with their distances by a pipeline', async () => {
    const [busan] = await places
      .aggregate([
        {
          $geoNear: {
            near: SEOUL,
            distanceField: 'away',
            includeLocs: 'place',
            query: { name: 'Busan' },
          },
        },
        {
          $project: {
            _id: 0,
            away: { $round: ['$away', -3] },
            place: 1,
            m: { $meta: 'geoNearDistance' },
          },
        },
      ])
      .toArray();
    expect(busan).toMatchObject({ away: 325_000, place: point(129.0756, 35.1796) });
    expect(Math.round(busan?.['m'] / 1000)).toBe(325);
    const late = places.aggregate([{ $limit: 1 }, { $geoNear: { near: SEOUL } }]);
    await expect(late.toArray()).rejects.toMatchObject({ code: 40_602 });
    const matched = places.aggregate([{ $match: { at: { $near: { $geometry: SEOUL } } } }]);
    await expect(matched.toArray()).rejects.toMatchObject({ code: 5_626_500 });
  });

  it('need an index, which takes no value that is no place', async () => {
    const plain = sample.client.db('known').collection('spots');
    await expect(plain.find({ at: { $near: SEOUL } }).toArray()).rejects.toMatchObject({ code: 2 });
    const near = { $near: { $geometry: SEOUL } };
    await expect(plain.find({ at: near }).toArray()).rejects.toMatchObject({ code: 291 });
    for (const at of [
      'here',
      point(200, 0),
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 1],
          ],
        ],
      },
    ])
      await expect(places.insertOne({ at })).rejects.toMatchObject({ code: 16_755 });
    expect(await places.indexes()).toContainEqual({
      v: 2,
      key: { at: '2dsphere' },
      name: 'at_2dsphere',
      '2dsphereIndexVersion': 3,
    });
  });
});

function spotOf(one: Point): Shape {
  return { points: [one], lines: [], polygons: [] };
}

describe('distance', () => {
  const spot = fc.tuple(
    fc.double({ min: -179, max: 179, noNaN: true }),
    fc.double({ min: -89, max: 89, noNaN: true }),
  );
  it('is the same from both ends, and never longer by a way round', () => {
    fc.assert(
      fc.property(spot, spot, spot, (a, b, c) => {
        expect(angleBetween(a, b)).toBeCloseTo(angleBetween(b, a), 12);
        expect(angleBetween(a, c)).toBeLessThanOrEqual(
          angleBetween(a, b) + angleBetween(b, c) + 1e-9,
        );
      }),
    );
  });

  it('of a line is no more than that of its ends', () => {
    fc.assert(
      fc.property(spot, spot, spot, (a, b, c) => {
        const line = { points: [], lines: [[b, c]], polygons: [] };
        const ends = Math.min(sphereDistance(a, spotOf(b)), sphereDistance(a, spotOf(c)));
        expect(sphereDistance(a, line)).toBeLessThanOrEqual(ends + 1e-9);
        expect(planeDistance(a, line)).toBeLessThanOrEqual(
          Math.min(planeDistance(a, spotOf(b)), planeDistance(a, spotOf(c))) + 1e-9,
        );
      }),
    );
  });

  it('of a degree along the equator is a 360th of the way round', () => {
    expect(angleBetween([0, 0], [1, 0]) * EARTH_METRES).toBeCloseTo(111_318.845, 2);
  });
});
