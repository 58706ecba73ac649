/** What importing rows would do to a draft: every rule, and no storage. */
import { newId } from '#kit/id.ts';
import { problem, type Problem } from '#kit/refusal.ts';

import {
  changedContent,
  codeFaults,
  contentFaults,
  newContent,
  type Content,
  type ContentInput,
  type GivenText,
  type TechnologyKind,
} from '../technology/content.ts';
import { placedOf } from '../technology/technology.ts';
import type { TechnologyRecord } from '../technology/technology.model.ts';
import type { Placed, PlacementRecord } from './placement.model.ts';
import {
  breadthLimit,
  broaderBelow,
  heightOf,
  pathBelow,
  placeFaults,
  rebased,
  type TreeNode,
} from './tree.ts';

/** A technology from another source. */
export interface TechnologyRow extends ContentInput {
  externalId?: string | null | undefined;
  code: string;
  parentCode?: string | null | undefined;
  kind: TechnologyKind;
  name: GivenText;
}

/** What the rows meet. */
export interface Standing {
  mapId: string;
  /** Technologies with the codes of rows and of their parents, in any map. */
  byCode: readonly TechnologyRecord[];
  /** Technologies of this map that the same source brought earlier. */
  byOrigin: readonly TechnologyRecord[];
  /** What the draft says of all these, and of everything below those that a row may move. */
  placements: readonly PlacementRecord[];
  /** How many stand below a technology in the draft. */
  children: ReadonlyMap<string | null, number>;
}

/** A technology as the draft will have it. */
export interface PlannedNode {
  technologyId: string;
  placed: Placed;
}

/** What is to be done. */
export interface Plan {
  /** Technologies to be made, all of them also among `created`. */
  fresh: (PlannedNode & { externalId: string })[];
  created: PlannedNode[];
  changed: PlannedNode[];
  /** Only their ancestors change, because something above them moves. */
  shifted: PlannedNode[];
  unchanged: number;
  problems: Problem[];
}

/** Plans an import: rows that break a rule are left out and told, the others are laid in, parents first. */
export function planImport(rows: readonly TechnologyRow[], standing: Standing): Plan {
  const planning = new Planning(rows, standing);
  rows.forEach((_, index) => planning.lay(index));
  return planning.plan();
}

interface WorkingNode extends TreeNode, PlannedNode {
  mark: 'NONE' | 'CREATED' | 'CHANGED' | 'SHIFTED';
}

class Planning {
  readonly #rows: readonly TechnologyRow[];
  readonly #mapId: string;
  readonly #byCode: Map<string, TechnologyRecord>;
  readonly #byExternalId: Map<string, TechnologyRecord>;
  readonly #rowOf = new Map<string, number>();
  readonly #nodes = new Map<string, WorkingNode>();
  readonly #nodeOf = new Map<string, WorkingNode>();
  readonly #children: Map<string | null, number>;
  readonly #states = new Map<number, 'LAYING' | 'LAID' | 'FAILED'>();
  readonly #fresh: Plan['fresh'] = [];
  readonly #problems: Problem[] = [];
  #unchanged = 0;

  constructor(rows: readonly TechnologyRow[], standing: Standing) {
    this.#rows = rows;
    this.#mapId = standing.mapId;
    this.#byCode = new Map(standing.byCode.map((each) => [each.code, each]));
    this.#byExternalId = new Map(
      standing.byOrigin.map((each) => [each.origin?.externalId ?? '', each]),
    );
    this.#children = new Map(standing.children);
    rows.forEach(({ code }, index) => {
      if (!this.#rowOf.has(code)) this.#rowOf.set(code, index);
    });
    for (const placement of standing.placements)
      this.#keep(placement.technologyId, placedOf(placement), 'NONE');
  }

  plan(): Plan {
    const marked = (mark: WorkingNode['mark']) =>
      [...this.#nodes.values()].filter((node) => node.mark === mark);
    return {
      fresh: this.#fresh,
      created: marked('CREATED'),
      changed: marked('CHANGED'),
      shifted: marked('SHIFTED'),
      unchanged: this.#unchanged,
      problems: this.#problems,
    };
  }

  /** Lays one row in, after the row that its parent is in. */
  lay(index: number): void {
    const row = this.#rows[index];
    if (!row || this.#states.has(index)) return;
    this.#states.set(index, 'LAYING');
    const parentRow = this.#rowOf.get(row.parentCode ?? '');
    if (row.parentCode != null && parentRow !== undefined) this.lay(parentRow);
    const faults = this.#layNow(row, index, ['rows', String(index)]);
    this.#states.set(index, faults.length > 0 ? 'FAILED' : 'LAID');
    this.#problems.push(...faults);
  }

  #layNow(row: TechnologyRow, index: number, path: string[]): Problem[] {
    const known = this.#known(row);
    const node = known && this.#nodes.get(known._id);
    const parent = row.parentCode == null ? null : this.#nodeOf.get(row.parentCode);
    const content = node ? changedContent(node.placed, row) : newContent(row);
    const faults = [
      ...codeFaults(row.code, [...path, 'code']),
      ...this.#identityFaults(row, index, known, [...path, 'code']),
      ...contentFaults(content, path),
      ...this.#placeFaults(row, node, parent, path),
    ];
    if (faults.length > 0) return faults;
    const placed = placedBelow(parent ?? null, row.code, content, node);
    if (node) this.#change(node, placed);
    else this.#create(row, known?._id ?? null, placed);
    return [];
  }

  #known({ externalId, code }: TechnologyRow): TechnologyRecord | undefined {
    return this.#byExternalId.get(externalId ?? code) ?? this.#byCode.get(code);
  }

  #identityFaults(
    row: TechnologyRow,
    index: number,
    technology: TechnologyRecord | undefined,
    path: string[],
  ): Problem[] {
    if (this.#rowOf.get(row.code) !== index)
      return [problem('TAKEN', 'An earlier row has this code.', path)];
    if (technology && technology.mapId !== this.#mapId)
      return [problem('TAKEN', 'A technology of another map has this code.', path)];
    if (technology && technology.code !== row.code)
      return [
        problem('INVALID', 'The code of a technology never changes.', path, {
          rule: 'CODE_IS_STABLE',
          limit: technology.code,
          found: row.code,
        }),
      ];
    return [];
  }

  #placeFaults(
    row: TechnologyRow,
    node: WorkingNode | undefined,
    parent: WorkingNode | null | undefined,
    path: string[],
  ): Problem[] {
    const at = [...path, 'parentCode'];
    if (this.#circles(row))
      return [
        problem('INVALID', 'Rows stand below each other in a circle.', at, {
          rule: 'TREE_HAS_NO_CYCLE',
        }),
      ];
    if (parent === undefined)
      return [
        problem('NOT_FOUND', 'The draft has no such technology.', at, {
          found: row.parentCode ?? null,
        }),
      ];
    const technologyId = node?.technologyId ?? null;
    const below = node ? this.#below(node) : [];
    return [
      ...placeFaults(
        { technologyId, kind: row.kind },
        parent,
        node ? heightOf(node, below) : 0,
        at,
      ),
      ...this.#breadthFaults(node, parent, at),
      ...broaderBelow(row.kind, technologyId, below, [...path, 'kind']),
    ];
  }

  /** Whether the row that holds the parent waits for this row. */
  #circles({ parentCode }: TechnologyRow): boolean {
    const parentRow = parentCode == null ? undefined : this.#rowOf.get(parentCode);
    return parentRow !== undefined && this.#states.get(parentRow) === 'LAYING';
  }

  #breadthFaults(
    node: WorkingNode | undefined,
    parent: WorkingNode | null,
    path: string[],
  ): Problem[] {
    const parentId = parent?.technologyId ?? null;
    const count = this.#children.get(parentId) ?? 0;
    if (node?.parentId === parentId || count < breadthLimit) return [];
    return [
      problem('LIMIT_REACHED', `At most ${breadthLimit} stand directly below one.`, path, {
        rule: 'LIST_LENGTH',
        limit: String(breadthLimit),
      }),
    ];
  }

  #create(row: TechnologyRow, knownId: string | null, placed: Placed): void {
    const technologyId = knownId ?? newId();
    if (knownId === null)
      this.#fresh.push({ technologyId, placed, externalId: row.externalId ?? row.code });
    this.#count(placed.parentId, 1);
    this.#keep(technologyId, placed, 'CREATED');
  }

  #change(node: WorkingNode, placed: Placed): void {
    if (JSON.stringify(node.placed) === JSON.stringify(placed)) {
      this.#unchanged += 1;
      return;
    }
    for (const each of this.#below(node))
      this.#shift(each, rebased(each.ancestorIds, node.technologyId, placed.ancestorIds));
    this.#count(node.parentId, -1);
    this.#count(placed.parentId, 1);
    this.#keep(node.technologyId, placed, node.mark === 'CREATED' ? 'CREATED' : 'CHANGED');
  }

  #shift(node: WorkingNode, ancestorIds: string[]): void {
    if (JSON.stringify(node.ancestorIds) === JSON.stringify(ancestorIds)) return;
    const mark = node.mark === 'NONE' ? 'SHIFTED' : node.mark;
    this.#keep(node.technologyId, { ...node.placed, ancestorIds }, mark);
  }

  #below({ technologyId }: WorkingNode): WorkingNode[] {
    return [...this.#nodes.values()].filter(({ ancestorIds }) =>
      ancestorIds.includes(technologyId),
    );
  }

  #count(parentId: string | null, change: number): void {
    this.#children.set(parentId, (this.#children.get(parentId) ?? 0) + change);
  }

  #keep(technologyId: string, placed: Placed, mark: WorkingNode['mark']): void {
    const { kind, parentId, ancestorIds } = placed;
    const node = { technologyId, placed, mark, kind, parentId, ancestorIds };
    this.#nodes.set(technologyId, node);
    this.#nodeOf.set(placed.code, node);
  }
}

function placedBelow(
  parent: WorkingNode | null,
  code: string,
  content: Content,
  node: WorkingNode | undefined,
): Placed {
  return placedOf({
    ...content,
    code,
    parentId: parent?.technologyId ?? null,
    ancestorIds: pathBelow(parent),
    requires: node?.placed.requires ?? [],
    alternatives: node?.placed.alternatives ?? [],
  });
}
