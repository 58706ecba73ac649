/** A process of its own that begins a search for teams, says its id, and goes on until it is ended: `node … URI FOLDER PROJECT`. */
import { consortia } from '../../subgraphs/consortia/subgraph.ts';
import { startTestService, user } from '../service.ts';

const [uri = '', folder = '', projectId = ''] = process.argv.slice(2);
const service = await startTestService(consortia, uri, { DATA_DIR: folder });
const { data, errors } = await service.ask(
  user('lead-editor', { companies: { lead: 'EDITOR' } }),
  `mutation ($input: StartAssemblyInput!) {
    startAssembly(input: $input) { assembly { id } problems { message } }
  }`,
  { input: { projectId, alternatives: 10, idempotencyKey: 'before-the-end' } },
);
console.log(JSON.stringify({ data, errors }));
// Keeps the process alive, whatever the service does.
setInterval(() => undefined, 1_000);
