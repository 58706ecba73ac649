/** Who may import whom. The prose is in ARCHITECTURE.md. */
const domain =
  '^subgraphs/[^/]+/(?!(main|subgraph|mutations|resolvers|context|config)\\.ts$).+(?<!\\.test|\\.generated)\\.ts$';

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'subgraphs-are-islands',
      comment: 'One subgraph reaches another only through the graph or by facts.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: '^subgraphs/([^/]+)/', pathNot: '^subgraphs/$1/' },
    },
    {
      name: 'kit-knows-no-domain',
      severity: 'error',
      from: { path: '^kit/' },
      to: { path: '^(gateway|subgraphs|schema|infra|test|bench|web)/' },
    },
    {
      name: 'schema-is-the-contract',
      comment: 'The contract rests on nothing but the kit.',
      severity: 'error',
      from: { path: '^schema/' },
      to: { path: '^(gateway|subgraphs|infra|test|bench|web)/' },
    },
    {
      name: 'domain-knows-no-graphql',
      comment: 'Rules neither see resolvers nor the GraphQL libraries.',
      severity: 'error',
      from: { path: domain },
      to: { path: '/(main|subgraph|mutations|resolvers)\\.ts$|node_modules/(graphql|@apollo)/' },
    },
    {
      name: 'resolvers-hold-no-queries',
      comment: 'A resolver calls a domain function; only the domain and the context see models.',
      severity: 'error',
      from: { path: '/(mutations|resolvers|main|subgraph)\\.ts$|^(gateway|test)/' },
      to: { path: '\\.model\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'outside-sees-only-the-face',
      comment: 'A benchmark may look inside what it measures.',
      severity: 'error',
      from: { pathNot: '^(subgraphs|bench)/' },
      to: { path: '^subgraphs/', pathNot: '/subgraph\\.ts$' },
    },
    {
      name: 'gateway-reaches-subgraphs-by-graph',
      comment: 'The gateway knows no subgraph by import.',
      severity: 'error',
      from: { path: '^gateway/' },
      to: { path: '^(subgraphs|infra|test|bench|web)/' },
    },
    {
      name: 'assembly-knows-no-storage',
      comment: 'The solver is a pure room: no database, no graph, no kit.',
      severity: 'error',
      from: { path: '^subgraphs/consortia/assembly/' },
      to: {
        path: '^(kit|schema)/|^subgraphs/consortia/(?!assembly/)|node_modules/(mongoose|mongodb|graphql)/',
      },
    },
    {
      name: 'database-has-one-door',
      comment: 'Nothing sees inside the embedded database.',
      severity: 'error',
      from: { pathNot: '^(infra/database|bench)/' },
      to: { path: '^infra/database/', pathNot: '^infra/database/server\\.ts$' },
    },
    {
      name: 'database-knows-no-project',
      severity: 'error',
      from: { path: '^infra/database/' },
      to: { path: '^(kit|schema|gateway|subgraphs|test|bench|web)/|^infra/(?!database/)' },
    },
    {
      name: 'no-dumps',
      comment: 'Name a file after what it holds.',
      severity: 'error',
      from: {},
      to: {
        path: '(^|/)(utils?|helpers?|misc|shared|common|lib)(/|\\.ts$)',
        pathNot: 'node_modules',
      },
    },
  ],
  options: {
    // TypeScript 7 has no JS API, so swc (already here for jest) reads the files.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node'] },
  },
};
