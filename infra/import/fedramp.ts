/** The FedRAMP marketplace: its products become services, their providers companies. */
import { codePart } from './code-part.ts';
import { failed, figure, repaired, type CompanyRow, type Found, type ServiceRow } from './found.ts';
import { findElements, type JsonElement } from './json-element.ts';
import { present } from './present.ts';
import { textOf, type Source } from './source.ts';
import { webAddress } from './web-address.ts';

/** What the marketplace says of one product; texts are empty where it says nothing. */
interface Product {
  line: number;
  id: string;
  provider: string;
  name: string;
  description: string;
  status: string;
  impact: string;
  assessor: string;
  website: string;
  modelNames: string[];
  functions: string[];
  isSmall: boolean;
  /** Ids of the products that it rests on. */
  rests: { id: string; name: string }[];
}

const lists = { products: 'data.Products', agencies: 'data.Agencies', assessors: 'data.Assessors' };
const models = new Map<string, 'IAAS' | 'PAAS' | 'SAAS'>([
  ['IaaS', 'IAAS'],
  ['PaaS', 'PAAS'],
  ['SaaS', 'SAAS'],
]);
const most = { name: 200, company: 120, summary: 2_000, category: 60, categories: 10, rests: 10 };

/**
 * What a marketplace file holds: companies first, then services, then figures.
 *
 * @throws {ImportFault} IMPORT_TRUNCATED, IMPORT_FORMAT, IMPORT_TOO_LARGE
 */
export function* findFedramp(source: Source): Generator<Found> {
  const counts = { agencies: 0, assessors: 0, elements: 0 };
  const byId = new Map<string, Product>();
  for (const element of findElements(textOf(source), Object.values(lists))) {
    if (element.path === lists.agencies) counts.agencies += 1;
    if (element.path === lists.assessors) counts.assessors += 1;
    if (element.path !== lists.products) continue;
    counts.elements += 1;
    const product = productOf(element);
    const known = product && byId.get(product.id);
    if (!product) yield failed(element.line, 'A product without id, provider or name.');
    else if (known)
      yield failed(product.line, `Product ${product.id} is in line ${known.line} already.`);
    else byId.set(product.id, product);
  }
  const products = [...byId.values()];
  yield* findProviders(products);
  for (const product of products) yield* findService(product);
  yield* countMarketplace(products, counts);
}

function* findProviders(products: readonly Product[]): Generator<Found> {
  const byKey = Map.groupBy(products, ({ provider }) => providerKey(provider));
  for (const [key, own] of byKey) {
    const [first] = own;
    if (!first) continue;
    const kinds = new Set(own.flatMap((product) => modelsOf(product)));
    const row: CompanyRow = {
      externalId: key,
      name: { en: first.provider.slice(0, most.company) },
      kinds: [...kinds].toSorted(),
      // The file tells small businesses, by the rules of the United States, from all others.
      size: own.some(({ isSmall }) => isSmall) ? 'SME' : 'LARGE',
    };
    if (row.kinds.length > 0) yield { kind: 'row', to: 'companies', line: first.line, row };
  }
}

function* findService(product: Product): Generator<Found> {
  const { line, name, provider } = product;
  for (const model of product.modelNames.filter((each) => !models.has(each)))
    yield failed(line, `"${model}" is no service model.`, name);
  const delivered = modelsOf(product);
  if (delivered.length === 0) {
    yield failed(line, 'No service model is given.', name);
    return;
  }
  const { url, isRepaired } = addressOf(product.website);
  if (isRepaired) yield repaired(line, 'A website without https:// was given one.', name);
  else if (url === null && product.website !== '')
    yield repaired(line, 'A website that is no address was left out.', name);
  const summary = summaryOf(product);
  if (summary.isCut)
    yield repaired(line, `A description was shortened to ${most.summary} characters.`, name);
  const row: ServiceRow = {
    externalId: product.id,
    providerName: provider.slice(0, most.name),
    name: { en: name.slice(0, most.name) },
    summary: { en: summary.text },
    models: delivered,
    categories: categoriesOf(product),
    certifications: certificationsOf(product),
    ...present({ url }),
  };
  yield { kind: 'row', to: 'services', line, company: providerKey(provider), row };
}

/** What is delivered, as far as the names are known. */
function modelsOf({ modelNames }: Product) {
  return [...new Set(modelNames.flatMap((name) => models.get(name) ?? []))];
}

/** Only an authorised product holds the certificate; one that is ready or in process does not yet. */
function certificationsOf({ status, impact }: Product): { scheme: string; grade?: string }[] {
  if (status !== 'FedRAMP Authorized') return [];
  return [{ scheme: 'FEDRAMP', ...present({ grade: impact.toUpperCase() || null }) }];
}

function categoriesOf({ functions }: Product): string[] {
  const tidied = functions.map((each) => each.trim().toLowerCase());
  const fitting = tidied.filter((each) => each.length >= 2 && each.length <= most.category);
  return [...new Set(fitting)].slice(0, most.categories);
}

/** What it does, then what the authorisation says and what it rests on. */
function summaryOf(product: Product): { text: string; isCut: boolean } {
  const { description, status, impact, assessor, rests } = product;
  const names = rests.slice(0, most.rests).map(({ name }) => name);
  const others = rests.length - names.length;
  const notes = [
    [status, impact].filter((each) => each !== '').join(', '),
    assessor === '' ? '' : `Assessed by ${assessor}`,
    names.length === 0 ? '' : `Rests on ${names.join('; ')}`,
    others > 0 ? `and ${others} more` : '',
  ];
  const note = notes
    .filter((each) => each !== '')
    .join('; ')
    .slice(0, most.summary / 2);
  const room = most.summary - note.length - 1;
  const isCut = description.length > room;
  const shown = isCut
    ? `${description.slice(0, room - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
    : description;
  return { text: `${shown}\n${note}`.trim(), isCut };
}

function addressOf(website: string): { url: string | null; isRepaired: boolean } {
  const url = webAddress(website);
  if (url !== null || website === '') return { url, isRepaired: false };
  const isBare = /^[\w-]+(\.[\w-]+)+(\/\S*)?$/.test(website);
  const guessed = isBare ? webAddress(`https://${website}`) : null;
  return { url: guessed, isRepaired: guessed !== null };
}

function providerKey(name: string): string {
  const key = codePart(name);
  return (key === '' ? name.toLowerCase() : key).slice(0, 200);
}

function productOf({ line, value }: JsonElement): Product | null {
  const text = (key: string) => stringAt(value, key);
  const [id, provider, name] = [text('id'), text('csp'), text('cso')];
  if (id === '' || provider === '' || name === '') return null;
  return {
    line,
    id,
    provider,
    name,
    description: text('service_desc'),
    status: text('status'),
    impact: text('impact_level'),
    assessor: text('independent_assessor'),
    website: text('website'),
    modelNames: stringsAt(value, 'service_model'),
    functions: stringsAt(value, 'business_function'),
    isSmall: text('small_business') === 'Yes',
    rests: listAt(value, 'leveraged_systems').map((each) => ({
      id: stringAt(each, 'id'),
      name: [stringAt(each, 'csp'), stringAt(each, 'cso')].filter((part) => part !== '').join(' '),
    })),
  };
}

function* countMarketplace(
  products: readonly Product[],
  counts: { agencies: number; assessors: number; elements: number },
): Generator<Found> {
  const ids = new Set(products.map(({ id }) => id));
  const edges = products.flatMap(({ rests }) => rests);
  yield figure('products', counts.elements);
  yield figure('agencies', counts.agencies);
  yield figure('assessors', counts.assessors);
  yield figure('providers', new Set(products.map(({ provider }) => providerKey(provider))).size);
  for (const status of new Set(products.map((product) => product.status)))
    yield figure(
      status === '' ? 'products without status' : status,
      products.filter((product) => product.status === status).length,
    );
  yield figure('leveraged systems', edges.length);
  yield figure('leveraged systems that dangle', edges.filter(({ id }) => !ids.has(id)).length);
}

function fieldAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function stringAt(value: unknown, key: string): string {
  const field = fieldAt(value, key);
  return typeof field === 'string' ? field.normalize('NFC').trim() : '';
}

function listAt(value: unknown, key: string): unknown[] {
  const field = fieldAt(value, key);
  return Array.isArray(field) ? field : [];
}

function stringsAt(value: unknown, key: string): string[] {
  return listAt(value, key).filter(
    (each) => typeof each === 'string' && each.trim() !== '',
  ) as string[];
}
