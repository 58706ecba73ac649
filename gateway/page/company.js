/** The public profile of a company, at `/#/companies/ID`: what any visitor may read. */
import { ask } from './graph.js';
import { part } from './parts.js';

const either = (text) => text?.en ?? text?.ko ?? '';
const both = (text) => [text?.ko, text?.en].filter(Boolean).join(' · ');
const region = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });
const sizes = {
  LARGE: 'large',
  MIDSIZE: 'middle-standing',
  SME: 'small or medium-sized',
  MICRO: 'micro',
  NONPROFIT: 'not for profit, or public',
};

/** The operation, which is one of GraphiQL's examples too, so that it is known where only known ones are answered. */
async function profileQuery() {
  const examples = await fetch('/page/examples.json').then((response) => response.json());
  return examples.find(({ query }) => query.startsWith('query CompanyProfile(')).query;
}

/** The page of a company. @throws {Error} when there is nothing to show */
export async function companyPage(id) {
  const { data, errors = [] } = await ask(await profileQuery(), { id }, {});
  const company = data?.company;
  if (!company)
    throw new Error(errors[0]?.message ?? 'There is no such company, or it is not public.');
  return profile(company);
}

function profile(company) {
  return [
    part('h3', both(company.name)),
    ...standing(company),
    ...[company.description?.ko, company.description?.en]
      .filter(Boolean)
      .map((text) => part('p', text)),
    facts(company),
    ...list('Certificates', company.certifications ?? [], certificate),
    ...list('Capabilities', capabilitiesOf(company), capability),
  ];
}

function standing({ status, mergedInto, restrictedUntil }) {
  const rows = [];
  if (mergedInto) {
    const row = part('p', 'Became part of ', { role: 'status' });
    row.append(part('a', both(mergedInto.name), { href: `#/companies/${mergedInto.id}` }));
    rows.push(row);
  } else if (status !== 'APPROVED') rows.push(part('p', status, { role: 'status' }));
  if (restrictedUntil)
    rows.push(
      part('p', `Kept from taking part until ${day(restrictedUntil)}.`, { role: 'status' }),
    );
  return rows;
}

function facts({ kinds, sectors, region: place, size, website, trackRecord }) {
  const rows = [
    ['Kinds', kinds.join(', ')],
    ['Sectors', sectors.map(({ name }) => either(name)).join(', ')],
    ['Region', place && `${region.of(place.slice(0, 2))} (${place})`],
    ['Size', sizes[size]],
    ['Projects', projects(trackRecord)],
    ['Reviews by partners', rating(trackRecord)],
  ];
  const table = part('dl', '', { class: 'facts' });
  for (const [name, value] of rows) if (value) table.append(part('dt', name), part('dd', value));
  if (/^https?:\/\//.test(website ?? '')) {
    const link = part('dd');
    link.append(part('a', website, { href: website, rel: 'noopener noreferrer nofollow' }));
    table.append(part('dt', 'Website'), link);
  }
  return table;
}

function projects(record) {
  if (!record?.projects) return 'none finished yet';
  const onTime = record.onTime === null ? '' : `, ${record.onTime / 100}% on time`;
  const pilot =
    record.pilotRating === null ? '' : `, pilot users say ${record.pilotRating.toFixed(1)} of 5`;
  return `${record.projects} finished${onTime}${pilot}`;
}

function rating(record) {
  return record?.reviews ? `${record.reviews}, ${record.rating?.toFixed(1) ?? '–'} of 5` : '';
}

function list(title, items, textOf) {
  if (items.length === 0) return [];
  const rows = part('ul');
  rows.append(...items.map((item) => part('li', textOf(item))));
  return [part('h3', title), rows];
}

function certificate({ scheme, type, grade, number, validTo }) {
  return [scheme, type, grade, number, validTo && `until ${validTo}`].filter(Boolean).join(' · ');
}

function capabilitiesOf({ capabilities }) {
  return (capabilities?.edges ?? []).map(({ node }) => node);
}

function capability({ level, verifiedLevel, technology }) {
  const verified = verifiedLevel ? `, verified ${verifiedLevel}` : '';
  return `${both(technology.name) || technology.code} · TRL ${level}${verified}`;
}

function day(instant) {
  return instant.slice(0, 10);
}
