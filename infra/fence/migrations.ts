import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModule, parseSync } from 'libpg-query';

/** What a migration may not do to a table that is there already, and what to do instead. */
export const RULES = {
  'index-locks':
    'CREATE INDEX keeps everybody from writing while it is made: .concurrently() in the schema, in a migration of its own',
  'index-not-alone':
    'a migration that makes indexes concurrently runs in no transaction: nothing else stands in it',
  'column-not-null':
    'a column that may not be null needs a constant default, for the rows there are and the release before',
  'column-rewrites':
    'a default that differs from row to row, or a generated column, writes the whole table anew',
  'type-rewrites':
    'ALTER TYPE writes the whole table anew: add a column, fill it in steps, read it, drop the old one later',
  'set-not-null': 'SET NOT NULL reads the whole table under a lock: check it in the process that writes',
  'constraint-reads':
    'a constraint that is checked at once reads the whole table under a lock: NOT VALID, then VALIDATE in a later migration',
  'constraint-locks':
    'a unique or primary key makes its index under a lock: make the index concurrently, then ADD CONSTRAINT … USING INDEX',
  'takes-away': 'the release before runs beside this one and still reads it: drop and rename a release later',
  'locks-table': 'it keeps everybody from a table for as long as it takes',
  'changes-rows':
    'rows that are changed stay locked until the migration ends: let a worker fill them in steps',
} as const;
export type RuleName = keyof typeof RULES;

export interface Breach {
  readonly rule: RuleName;
  /** The table, or what else it is about. */
  readonly about: string;
}

/** Those before were applied before there were rules. */
const SINCE = '0034';

/** Migrations that break a rule, with why it does no harm. */
const ALLOWED: Readonly<Record<string, Partial<Record<RuleName, string>>>> = {};

/** Beyond these nothing differs from row to row, or changes with time within a statement. */
const STEADY = new Set(['now', 'transaction_timestamp', 'current_timestamp']);

/** PostgreSQL's own parser reads the statements of one migration. Throws for what is no SQL. */
export async function breachesOf(sql: string): Promise<Breach[]> {
  await loadModule();
  const statements = (parseSync(sql).stmts ?? []).flatMap(({ stmt }) => stmt ?? []);
  const made = new Set(
    statements.flatMap((one) => ('CreateStmt' in one ? (one.CreateStmt.relation?.relname ?? []) : [])),
  );
  const found: Breach[] = [];
  const concurrent = statements.filter((one) => 'IndexStmt' in one && one.IndexStmt.concurrent === true);
  if (concurrent.length > 0 && concurrent.length < statements.length)
    found.push({ rule: 'index-not-alone', about: 'the migration' });
  for (const one of statements) {
    if ('IndexStmt' in one) {
      const table = one.IndexStmt.relation?.relname ?? '';
      if (one.IndexStmt.concurrent !== true && !made.has(table))
        found.push({ rule: 'index-locks', about: table });
    } else if ('AlterTableStmt' in one) {
      const table = one.AlterTableStmt.relation?.relname ?? '';
      if (made.has(table)) continue;
      for (const command of one.AlterTableStmt.cmds ?? [])
        if ('AlterTableCmd' in command)
          for (const rule of alters(command.AlterTableCmd)) found.push({ rule, about: table });
    } else if ('DropStmt' in one) {
      const { removeType, concurrent: alone } = one.DropStmt;
      if (removeType === 'OBJECT_INDEX' ? alone !== true : removeType !== 'OBJECT_TRIGGER')
        found.push({
          rule: removeType === 'OBJECT_INDEX' ? 'locks-table' : 'takes-away',
          about: removeType ?? '',
        });
    } else if ('RenameStmt' in one) {
      const { renameType, relation } = one.RenameStmt;
      if (renameType !== 'OBJECT_INDEX' && renameType !== 'OBJECT_TABCONSTRAINT')
        found.push({ rule: 'takes-away', about: relation?.relname ?? '' });
    } else if ('UpdateStmt' in one || 'DeleteStmt' in one || 'TruncateStmt' in one) {
      const table =
        'UpdateStmt' in one
          ? one.UpdateStmt.relation?.relname
          : 'DeleteStmt' in one
            ? one.DeleteStmt.relation?.relname
            : undefined;
      if (!made.has(table ?? '')) found.push({ rule: 'changes-rows', about: table ?? 'truncate' });
    } else if ('LockStmt' in one || 'ReindexStmt' in one || 'VacuumStmt' in one || 'RepackStmt' in one)
      found.push({ rule: 'locks-table', about: Object.keys(one)[0] ?? '' });
  }
  return found;
}

type Statements = NonNullable<ReturnType<typeof parseSync>['stmts']>;
type Statement = NonNullable<Statements[number]['stmt']>;
type Of<Name extends string> = Statement extends infer One
  ? One extends Record<Name, infer Value>
    ? Value
    : never
  : never;

/** What an ALTER TABLE breaks, whatever else it says. */
const ALTERS: Readonly<Record<string, RuleName>> = {
  AT_AlterColumnType: 'type-rewrites',
  AT_SetNotNull: 'set-not-null',
  AT_DropColumn: 'takes-away',
  AT_SetAccessMethod: 'locks-table',
  AT_SetLogged: 'locks-table',
  AT_SetUnLogged: 'locks-table',
  AT_SetTableSpace: 'locks-table',
};
/** Constraints that are kept by an index. */
const BY_INDEX = new Set(['CONSTR_UNIQUE', 'CONSTR_PRIMARY', 'CONSTR_EXCLUSION']);

function alters({ subtype = 'AT_AddColumn', def }: Of<'AlterTableCmd'>): RuleName[] {
  const always = ALTERS[subtype];
  if (always !== undefined) return [always];
  if (subtype === 'AT_AddColumn') return def && 'ColumnDef' in def ? addsColumn(def.ColumnDef) : [];
  if (subtype !== 'AT_AddConstraint' || !def || !('Constraint' in def)) return [];
  const { contype = '', skip_validation: later, indexname } = def.Constraint;
  if (BY_INDEX.has(contype)) return indexname === undefined ? ['constraint-locks'] : [];
  return later === true ? [] : ['constraint-reads'];
}

/** What a constraint of a new column breaks. */
const ADDS: Readonly<Record<string, RuleName>> = {
  CONSTR_GENERATED: 'column-rewrites',
  CONSTR_IDENTITY: 'column-rewrites',
  CONSTR_UNIQUE: 'constraint-locks',
  CONSTR_PRIMARY: 'constraint-locks',
  CONSTR_CHECK: 'constraint-reads',
};

function addsColumn({ constraints = [], typeName }: Of<'ColumnDef'>): RuleName[] {
  const rules = new Set<RuleName>();
  const named = (typeName?.names ?? []).flatMap((one) => ('String' in one ? (one.String.sval ?? []) : []));
  if (named.some((name) => /^(small|big)?serial\d?$/.test(name))) return ['column-rewrites'];
  const kinds = constraints.flatMap((one) => ('Constraint' in one ? [one.Constraint] : []));
  const standard = kinds.find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr;
  for (const { contype = '' } of kinds) {
    const rule = contype === 'CONSTR_NOTNULL' && standard === undefined ? 'column-not-null' : ADDS[contype];
    if (rule !== undefined) rules.add(rule);
  }
  if (standard !== undefined && !isSteady(standard)) rules.add('column-rewrites');
  return [...rules];
}

/** Whether an expression calls nothing that differs from row to row. */
function isSteady(expression: unknown): boolean {
  if (Array.isArray(expression)) return expression.every(isSteady);
  if (typeof expression !== 'object' || expression === null) return true;
  return Object.entries(expression).every(([name, value]: [string, unknown]) => {
    if (name !== 'FuncCall') return isSteady(value);
    const called = [...JSON.stringify(value).matchAll(/"funcname":\[.*?"sval":"(\w+)"\}\}\]/g)].map(
      ([, one]) => one,
    );
    return called.length > 0 && called.every((one) => one !== undefined && STEADY.has(one));
  });
}

/** Every migration of a folder that breaks a rule and is not allowed to. */
export async function lintMigrations(folder: string): Promise<{ file: string; breach: Breach }[]> {
  const found: { file: string; breach: Breach }[] = [];
  for (const file of readdirSync(folder)
    .filter((one) => one.endsWith('.sql'))
    .toSorted()) {
    const name = file.replace('.sql', '');
    if (name < SINCE) continue;
    for (const breach of await breachesOf(readFileSync(join(folder, file), 'utf8')))
      if (ALLOWED[name]?.[breach.rule] === undefined) found.push({ file: name, breach });
  }
  return found;
}
