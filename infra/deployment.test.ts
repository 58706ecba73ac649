import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parse, parseAllDocuments } from 'yaml';

import { readGatewayConfig } from '../gateway/config.ts';
import { subgraphNames } from '#schema/sdl.ts';
import { readSubgraphConfig } from './config.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFile(join(root, path), 'utf8');

interface Part {
  command: string[];
  environment: Record<string, string | null>;
  secrets?: string[];
}

async function composed(): Promise<Record<string, Part>> {
  const { services } = parse(await read('infra/compose.yaml'), { merge: true }) as {
    services: Record<string, Part>;
  };
  return services;
}

/** Every name of a setting that some config.ts reads. */
async function known(): Promise<Set<string>> {
  const paths = [
    'gateway/config.ts',
    'infra/config.ts',
    'kit/file-store.ts',
    ...subgraphNames.map((name) => `subgraphs/${name}/config.ts`),
  ];
  const texts = await Promise.all(paths.map(read));
  return new Set(texts.flatMap((text) => text.match(/\b[A-Z][A-Z0-9_]{3,}\b/g) ?? []));
}

const environmentOf = ({ environment }: Part) =>
  Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== null),
  );

describe('infra/compose.yaml', () => {
  it('runs the gateway and every subgraph by commands that there are', async () => {
    const services = await composed();
    expect(Object.keys(services)).toEqual(['gateway', ...subgraphNames, 'mongodb']);
    for (const [name, part] of Object.entries(services).filter(([each]) => each !== 'mongodb')) {
      const [program = '', ...rest] = part.command;
      expect(await read(program)).toContain('as a process of its own');
      expect(rest).toEqual(name === 'gateway' ? [] : [name]);
    }
  });

  it('gives each part settings that it reads', async () => {
    const services = await composed();
    const names = await known();
    for (const [name, part] of Object.entries(services)) {
      const given = Object.keys(part.environment ?? {});
      expect([name, given.filter((each) => !isKnown(each, names))]).toEqual([name, []]);
    }
    const { gateway, ...parts } = services;
    const config = readGatewayConfig({
      NODE_ENV: 'production',
      ...(gateway && environmentOf(gateway)),
    });
    expect(config).toMatchObject({ production: true, port: 4_000, trustedProxies: 1 });
    for (const name of subgraphNames) {
      const part = parts[name];
      const settings = readSubgraphConfig(part ? environmentOf(part) : {}, 0);
      const url = config.subgraphUrls[`SUBGRAPH_URL_${name.toUpperCase()}`];
      expect(url).toBe(`http://${name}:${settings.port}/graphql`);
    }
  });

  it('holds no secret', async () => {
    const texts = await Promise.all(
      [
        'infra/compose.yaml',
        'infra/example.env',
        'infra/k8s/gateway.yaml',
        'infra/k8s/subgraphs.yaml',
      ].map(read),
    );
    const secrets =
      /^\s*[A-Z_]*(?:PASSWORD|SECRET_KEY|ACCESS_KEY_ID|VIEWER_KEYS)\s*[:=][^\S\n]*[^\s"]/m;
    for (const text of texts) expect(text).not.toMatch(secrets);
  });
});

describe('infra/k8s', () => {
  it('runs the same parts with the same settings', async () => {
    const names = await known();
    const texts = await Promise.all(
      ['gateway', 'subgraphs'].map((name) => read(`infra/k8s/${name}.yaml`)),
    );
    const things = texts.flatMap((text) =>
      parseAllDocuments(text).map((each) => each.toJS() as Thing),
    );
    const deployments = things.filter(({ kind }) => kind === 'Deployment');
    expect(deployments.map(({ metadata }) => metadata.name)).toEqual(['gateway', ...subgraphNames]);
    for (const { metadata, spec } of deployments) {
      const [container] = spec.template.spec.containers;
      const isGateway = metadata.name === 'gateway';
      expect(container?.args).toEqual(
        isGateway ? ['gateway/main.ts'] : ['infra/subgraph.ts', metadata.name],
      );
      expect(container?.env.map(({ name }) => name).filter((each) => !names.has(each))).toEqual([]);
      expect(container?.readinessProbe.httpGet.path).toBe('/health/ready');
    }
    const settings = things.filter(({ kind }) => kind === 'ConfigMap');
    const given = settings.flatMap(({ data }) => Object.keys(data));
    expect(given.filter((each) => !isKnown(each, names))).toEqual([]);
  });
});

interface Thing {
  kind: string;
  metadata: { name: string };
  data: Record<string, string>;
  spec: {
    template: {
      spec: {
        containers: {
          args: string[];
          env: { name: string }[];
          readinessProbe: { httpGet: { path: string } };
        }[];
      };
    };
  };
}

function isKnown(name: string, names: ReadonlySet<string>): boolean {
  return names.has(name) || name.startsWith('SUBGRAPH_URL_');
}

it('lets only what the parts need into the image', async () => {
  const [dockerfile, ignored] = await Promise.all(['infra/Dockerfile', '.dockerignore'].map(read));
  const copied = [...(dockerfile ?? '').matchAll(/^COPY (\w+) \w+$/gm)].map(([, folder]) => folder);
  const letIn = [...(ignored ?? '').matchAll(/^!(\w+)$/gm)].map(([, folder]) => folder);
  expect(copied).toEqual(letIn);
  expect(dockerfile).toContain('USER node');
});
