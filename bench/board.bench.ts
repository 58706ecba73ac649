/** How many federated board queries a second at 16 connections (project, consortium, companies, capabilities, events to come), and how long do they take (p50 and p99, milliseconds)? Beside it: the same data asked as five questions, one a subgraph. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import autocannon from 'autocannon';

import { createLog } from '#kit/log.ts';
import { visitor } from '#kit/viewer.ts';
import { openPlatform } from '../infra/platform.ts';
import { seed } from '../infra/seed/seed.ts';
import { report } from './machine.ts';

const connections = 16;
const duration = 10;

const board = /* GraphQL */ `
  query Board($id: ID!) {
    project(id: $id) {
      title {
        ko
        en
      }
      status
      consortium {
        shareTotal
        memberships {
          role
          share
          shareAmount
          company {
            name {
              ko
              en
            }
            capabilities(first: 5) {
              edges {
                node {
                  level
                  technology {
                    code
                    name {
                      ko
                    }
                  }
                }
              }
            }
            upcomingEvents(first: 3) {
              edges {
                node {
                  title {
                    ko
                  }
                  startsAt
                }
              }
            }
          }
        }
      }
    }
  }
`;

const dataDir = await mkdtemp(join(tmpdir(), 'oca-bench-'));
const environment = { PORT: '0', DATA_DIR: dataDir, RATE_LIMIT: 'false' };
const platform = await openPlatform({ environment, log: createLog('bench', 'warn') });
await seed(platform, environment);
await platform.caughtUp();
const { url } = await platform.listen();
const endpoint = new URL('graphql', url).href;

const found = await platform.execute(
  { query: '{ projects(first: 1, filter: { status: SEALED }) { edges { node { id } } } }' },
  visitor('bench'),
);
const projects = found.data?.['projects'] as { edges: { node: { id: string } }[] };
const id = projects.edges[0]?.node.id;

/** Load from this process's own client: it shares the cores with the platform, so that figures are low rather than high. */
async function load(query: string, variables: object) {
  const run = await autocannon({
    url: endpoint,
    connections,
    duration,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return {
    requestsPerSecond: run.requests.average,
    p50Millis: run.latency.p50,
    p99Millis: run.latency.p99,
    failed: run.non2xx + run.errors,
  };
}

const alone = `query Alone($id: ID!) { project(id: $id) { title { ko en } status consortium { shareTotal } } }`;
await load(board, { id });
const figures = {
  connections,
  seconds: duration,
  board: await load(board, { id }),
  oneSubgraphAlone: await load(alone, { id }),
};
await platform.stop();
await rm(dataDir, { recursive: true, force: true });
await report('board', figures);
