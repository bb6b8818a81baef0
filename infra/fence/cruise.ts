import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { FOLDERS, FORBIDDEN } from './rules.ts';

export interface Finding {
  rule: string;
  from: string;
  to: string;
}

/** Reads every import below `root` and names those that break a rule. */
export async function findViolations(root: string): Promise<{ modules: number; findings: Finding[] }> {
  const { output } = await cruise(FOLDERS, {
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: FORBIDDEN },
    // Types count: a cycle of types is a cycle of thoughts.
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    preserveSymlinks: false,
    doNotFollow: { path: 'node_modules' },
    // Anchored: an unanchored `dist/` would hide every dependency that is published as `dist`.
    exclude: { path: '^(packages|apps|infra)/[^/]+/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@aisha/source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.d.ts'],
    },
  });
  if (!isResult(output)) throw new Error('dependency-cruiser gave no result');
  const findings = output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
  return { modules: output.summary.totalCruised, findings };
}

function isResult(output: ICruiseResult | string): output is ICruiseResult {
  return typeof output === 'object';
}
