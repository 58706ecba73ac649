/** What the demo reads of searches and consortia. */

/** A search for teams. */
export interface Assembly {
  id: string;
  status: string;
  proposals: Proposal[];
  statistics: {
    candidates: number;
    pairs: number;
    survivors: number;
    seconds: number;
    stoppedBy: string;
  };
}

/** A proposed team. */
export interface Proposal {
  id: string;
  rank: number;
  points: number;
  bound: number;
  gap: number;
  members: {
    company: Company;
    role: string;
    covers: { level: number; requirement: { technology: { name: Name } } }[];
    reasons: { text: Name }[];
  }[];
  uncovered: { technology: { name: Name } }[];
}

/** A consortium as the demo reads it. */
export interface Consortium {
  id: string;
  revision: number;
  status: string;
  shareTotal: number;
  memberships: {
    id: string;
    company: Company;
    role: string;
    share: number | null;
    shareAmount: number | null;
    requirements: { id: string }[];
  }[];
}

/** A firm. */
export interface Company {
  id: string;
  name: Name;
}

/** A name in two languages; one of them at least. */
export interface Name {
  ko: string | null;
  en: string | null;
}

/** A name as the story tells it. */
export function nameOf({ ko, en }: Name): string {
  return en ?? ko ?? '';
}
