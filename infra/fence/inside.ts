import type { IForbiddenRuleType } from 'dependency-cruiser';

/** A folder or file below a package's `src` → those beside it that it may import. */
export type Inside = Readonly<Record<string, readonly string[]>>;

const ground = ['unit.ts', 'parts.ts', 'overdue.ts'];
const records = [
  ...ground,
  'users',
  'settings',
  'credits',
  'notifications',
  'spending',
  'maintenance',
  'groups',
  'masking',
];
const machines = [...records, 'breaker', 'orders', 'fal', 'inbox'];
const subjects = [
  'avatars',
  'images',
  'recordings',
  'documents',
  'exports',
  'history',
  'payments',
  'referrals',
  'support',
  'privacy',
  'broadcasts',
];
const all = [...subjects, 'operators'];
/** What binds kinds to machines. */
const bindings = [
  'order-kinds.ts',
  'prices-check.ts',
  'message-keepers.ts',
  'handlers.ts',
  'sweeper.ts',
  'retention.ts',
];

/** Machines (orders, FAL's requests, the inbox, notifications, the ledger) know no kind; subjects stand on them. */
const CORE: Inside = {
  'overdue.ts': [],
  'foundation.ts': [],
  'unit.ts': [],
  'parts.ts': ['unit.ts'],
  users: ground,
  credits: ground,
  notifications: ground,
  spending: ground,
  maintenance: ground,
  groups: [...ground, 'notifications'],
  settings: [...ground, 'users'],
  masking: [...ground, 'users', 'settings'],
  breaker: records,
  orders: [...records, 'breaker'],
  fal: [...records, 'breaker', 'orders'],
  inbox: [...records, 'breaker', 'orders'],
  avatars: machines,
  images: [...machines, 'avatars'],
  recordings: machines,
  documents: [...machines, 'recordings'],
  payments: records,
  exports: [...machines, 'recordings', 'documents'],
  history: [...machines, 'recordings', 'documents'],
  referrals: records,
  support: records,
  // What becomes of everything that somebody has.
  privacy: [...machines, 'avatars', 'images', 'recordings', 'documents', 'exports', 'payments'],
  broadcasts: records,
  // Whoever runs the service may do to all what its people do to their own.
  operators: [...machines, ...subjects],
  'order-kinds.ts': [...machines, ...all],
  'prices-check.ts': [...machines, ...all],
  'message-keepers.ts': [...machines, ...all],
  'handlers.ts': [...machines, ...all, 'order-kinds.ts'],
  'sweeper.ts': [...machines, ...all],
  'retention.ts': [...machines, ...all],
  'index.ts': ['foundation.ts', ...machines, ...all, ...bindings],
};

const machinery = ['texts', 'chat', 'buttons.ts'];
const offered = [
  'menu',
  'settings',
  'privacy',
  'orders',
  'exports',
  'documents',
  'recordings',
  'images',
  'avatars',
  'albums',
  'history',
  'credits',
  'groups',
  'operators',
];

const BOT: Inside = {
  texts: [],
  chat: ['texts'],
  'buttons.ts': ['texts', 'chat'],
  menu: machinery,
  orders: [...machinery, 'menu'],
  exports: [...machinery, 'menu', 'orders'],
  documents: [...machinery, 'menu', 'orders', 'exports'],
  recordings: [...machinery, 'menu', 'orders', 'exports', 'documents'],
  history: [...machinery, 'menu', 'orders', 'groups', 'exports', 'documents', 'recordings'],
  images: [...machinery, 'menu', 'orders'],
  avatars: [...machinery, 'menu', 'orders'],
  settings: [...machinery, 'menu', 'documents'],
  privacy: [...machinery, 'menu'],
  albums: [...machinery, 'menu', 'avatars'],
  credits: [...machinery, 'menu', 'orders'],
  groups: [...machinery, 'menu'],
  operators: [...machinery, 'menu', 'orders', 'credits'],
  'bindings.ts': [...machinery, ...offered],
  notify: [...machinery, ...offered, 'bindings.ts'],
  'index.ts': [...machinery, ...offered, 'bindings.ts', 'notify'],
};

const limits = ['limits.ts', 'sniff.ts'];
const processes = [...limits, 'scratch.ts', 'child', 'parts.ts'];

/** `child` runs parsers and knows none; `main.ts` is its program. */
const MEDIA: Inside = {
  'limits.ts': [],
  'sniff.ts': [],
  'scratch.ts': limits,
  child: [...limits, 'scratch.ts'],
  'parts.ts': [...limits, 'scratch.ts', 'child'],
  pictures: processes,
  sound: processes,
  texts: processes,
  archives: [...processes, 'pictures'],
  faces: [...processes, 'pictures'],
  'parsers.ts': [...processes, 'pictures', 'sound', 'texts', 'archives'],
  'main.ts': [...processes, 'parsers.ts'],
  'index.ts': [...processes, 'pictures', 'sound', 'texts', 'archives', 'faces'],
};

export const INSIDE: Readonly<Record<string, Inside>> = {
  'packages/core': CORE,
  'packages/bot': BOT,
  'packages/media': MEDIA,
};

const escaped = (name: string) =>
  name.endsWith('.ts') ? `${name.replaceAll('.', String.raw`\.`)}$` : `${name}/`;
const anyOf = (names: readonly string[]) => `(${names.map(escaped).join('|')})`;

/** The order of folders inside a package: one rule for each, and one for a folder that has no place in it. */
export function insideRules(tests: string): IForbiddenRuleType[] {
  return Object.entries(INSIDE).flatMap(([folder, inside]) => {
    const src = `^${folder}/src/`;
    return [
      ...Object.entries(inside).map(([part, allowed]): IForbiddenRuleType => ({
        name: `inside-${folder.replace('packages/', '')}-${part}`,
        comment: `${part} may import ${allowed.length === 0 ? 'nothing beside it' : allowed.join(', ')}`,
        severity: 'error',
        from: { path: `${src}${escaped(part)}`, pathNot: [tests] },
        to: { path: src, pathNot: [`${src}${anyOf([part, ...allowed])}`] },
      })),
      {
        name: `inside-${folder.replace('packages/', '')}-no-place`,
        comment: 'A folder that the list above does not name has no place in the order of imports.',
        severity: 'error',
        from: { path: src, pathNot: [tests, `${src}${anyOf(Object.keys(inside))}`] },
        to: {},
      },
    ];
  });
}
