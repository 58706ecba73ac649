/* global React, ReactDOM, GraphiQL */
/** GraphiQL over the gateway: requests by HTTP, live feeds by graphql-transport-ws, examples to begin with. */
import { authorization, follow, session } from './graph.js';

/** A live feed as GraphiQL takes it: an iterator that ends the feed when it is closed. */
function feed(query, variables, headers) {
  const waiting = [];
  let wake = null;
  let over = false;
  const settle = () => {
    wake?.();
    wake = null;
  };
  const end = follow(
    query,
    () => variables,
    {
      next: (result) => {
        waiting.push(result);
        settle();
      },
      over: () => {
        over = true;
        settle();
      },
    },
    () => headers,
  );
  return {
    async next() {
      if (waiting.length === 0 && !over)
        await new Promise((resolve) => {
          wake = resolve;
        });
      return waiting.length > 0
        ? { value: waiting.shift(), done: false }
        : { value: undefined, done: true };
    },
    async return() {
      over = true;
      end();
      settle();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function isSubscription(query, operationName) {
  const { definitions } = GraphiQL.GraphQL.parse(query);
  const operations = definitions.filter(({ kind }) => kind === 'OperationDefinition');
  const chosen = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  return chosen?.operation === 'subscription';
}

async function fetcher({ query, variables, operationName }, { headers = {} } = {}) {
  const own = { ...authorization(), ...headers };
  if (operationName !== 'IntrospectionQuery' && isSubscription(query, operationName))
    return feed(query, variables ?? {}, own);
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...own,
    },
    body: JSON.stringify({ query, variables, operationName }),
  });
  return response.json();
}

/** Operations to begin with; each is checked against the graph by a test. */
const examples = await fetch('/page/examples.json').then((response) => response.json());

const now = session();
document.getElementById('who').textContent = now
  ? `Signed in as ${now.name}`
  : 'As a visitor; sign in on the first page';

const chooser = document.getElementById('example');
chooser.append(
  ...examples.map(({ title }, index) =>
    Object.assign(document.createElement('option'), { value: String(index), textContent: title }),
  ),
);

const root = ReactDOM.createRoot(document.getElementById('graphiql'));

function show({ query, variables = {} }) {
  root.render(
    React.createElement(GraphiQL, {
      key: query,
      fetcher,
      defaultEditorToolsVisibility: 'variables',
      shouldPersistHeaders: false,
      isHeadersEditorEnabled: true,
      inputValueDeprecation: true,
      schemaDescription: true,
      query,
      variables: JSON.stringify(variables, null, 2),
    }),
  );
}

chooser.addEventListener('change', () => show(examples[Number(chooser.value)]));
show(examples[0]);
