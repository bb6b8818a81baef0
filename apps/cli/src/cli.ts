import { ConfigError, secretsOf } from '@aisha/config';
import { createRedactor, type Redactor } from '@aisha/service';
import { type Command, type ExitStatus, type Io, Trouble, UsageError } from './command.ts';
import { reasonOf } from './reason.ts';

const COMMANDS: readonly Command[] = [
  {
    name: 'doctor',
    usage: '[--only part,part] [--json]',
    about: 'tries everything that Aisha needs; says what is wrong and how to mend it',
    load: () => import('./doctor/doctor.ts'),
  },
  {
    name: 'telegram mode',
    usage: 'status|polling|webhook',
    about: 'how updates arrive, and the switch; nothing is lost',
    load: () => import('./telegram/mode.ts'),
  },
  {
    name: 'webhook-secret rotate',
    usage: '',
    about: 'signs the addresses that FAL calls with a new secret; orders under way lose nothing',
    load: () => import('./webhook-secret/rotate.ts'),
  },
  {
    name: 'updates poisoned',
    usage: '[list | retry <update>]',
    about: 'updates that failed again and again and were set aside',
    load: () => import('./updates/poisoned.ts'),
  },
  {
    name: 'jobs',
    usage: '[failed]',
    about: 'what waits in the queues, since when, and what failed',
    load: () => import('./jobs/jobs.ts'),
  },
  {
    name: 'orders',
    usage: '[stuck | failed [--failure why] | retry <order> | refund <order> --reason …] [--json]',
    about:
      'orders of the last day, those that nobody looks after, those that failed; tries again, gives back',
    load: () => import('./orders/orders.ts'),
  },
  {
    name: 'user',
    usage:
      'block|unblock|show|card <id or @name> [--reason …] | erase <…> --reason … --yes | export <…> --to folder --reason … | erase-again [--json]',
    about:
      'blocks somebody or lets them back in; shows orders and credits; erases or gives out all that is kept of them; erases again who had left before a restore',
    load: () => import('./user/user.ts'),
  },
  {
    name: 'credits',
    usage: 'grant|take <id or @name> <credits> --reason … [--key name] [--json]',
    about: 'gives somebody credits or takes them; the same key is entered once',
    load: () => import('./money/credits.ts'),
  },
  {
    name: 'maintenance',
    usage: '[status | on [--text …] | off] [--json]',
    about: 'lets nothing new begin while it is on; whoever wanted to is told so, and told when it is over',
    load: () => import('./maintenance/maintenance.ts'),
  },
  {
    name: 'broadcast',
    usage:
      'create --text … [--html] [--photo address] [--button "Text | https://…"] [--active-days n] [--language ru|kk|en] [--credits with|without] | list | start|pause|resume|cancel|report <broadcast> [--json]',
    about: 'a message to many; a draft is looked at in the chat (/admin) before it is started here or there',
    load: () => import('./broadcast/broadcast.ts'),
  },
  {
    name: 'actions',
    usage: '[--user id] [--limit n] [--json]',
    about: 'what operators did, on whom and why',
    load: () => import('./money/actions.ts'),
  },
  {
    name: 'payments',
    usage:
      '[list [--user id] [--limit n] | refund <charge> --reason … | debts | forgive <charge> | close | open] [--json]',
    about: 'what was paid, giving it back, credits that could not be taken back; stops selling for a while',
    load: () => import('./money/payments.ts'),
  },
  {
    name: 'promo',
    usage:
      'create <code> [--kind credits|bonus|discount] --value n [--uses n] [--per-user n] [--from date] [--until date] [--pack name] | list | stop <code> [--json]',
    about: 'promo codes: credits, per cent more with the next top-up, per cent off it',
    load: () => import('./money/promo.ts'),
  },
  {
    name: 'referrals',
    usage: '[list | credit <invited> | reject <invited>] [--json]',
    about: 'who came by whose link; decides those that look like a ring',
    load: () => import('./money/referrals.ts'),
  },
  {
    name: 'support',
    usage: '[list | answer <question> <words …>] [--json]',
    about: 'questions about payments (/paysupport) that nobody has answered, and answers',
    load: () => import('./money/support.ts'),
  },
  {
    name: 'styles',
    usage: '[draw [pack]]',
    about: 'previews of the style packs: which there are; has the workers draw those that are missing',
    load: () => import('./styles/draw.ts'),
  },
  {
    name: 'import-legacy',
    usage: '--from file-with-address [--dry-run] [--mapping file.json]',
    about: 'takes over users, trained avatars and transcripts of the older Python system',
    load: () => import('./legacy/import.ts'),
  },
];

/** Runs one command. Whatever it says goes through the redactor: no secret is ever printed. */
export async function runCli(args: readonly string[], io: Io): Promise<ExitStatus> {
  const redact = keepingExamples(createRedactor(secretsOf(io.env)));
  const safe: Io = {
    ...io,
    out: (text) => io.out(redact(text)),
    err: (text) => io.err(redact(text)),
  };
  if (args.length === 0 || args[0] === 'help' || args.includes('--help') || args.includes('-h')) {
    safe.out(usage(COMMANDS.filter(({ name }) => args[0] !== undefined && name.startsWith(args[0]))));
    return args.length === 0 ? 2 : 0;
  }
  const command = COMMANDS.find(({ name }) => name.split(' ').every((word, at) => args[at] === word));
  if (!command) {
    safe.err(`There is no command "${args.join(' ')}".\n\n${usage([])}`);
    return 2;
  }
  try {
    const loaded = await command.load();
    return await loaded.run(args.slice(command.name.split(' ').length), safe);
  } catch (error) {
    if (error instanceof UsageError || isParseError(error)) {
      safe.err(`${reasonOf(error)}\n\n${usage([command])}`);
      return 2;
    }
    if (error instanceof Trouble) safe.err(`✗ ${reasonOf(error)}\n  → ${error.mend}\n`);
    else if (error instanceof ConfigError) safe.err(`${error.message}\n`);
    else safe.err(`✗ ${reasonOf(error)}\n  → \`aisha doctor\` tries every part and says how to mend it.\n`);
    return 1;
  }
}

/** Addresses that say how one is written have a password in them too, but it is nobody's. */
const EXAMPLE = ':password@host';

function keepingExamples(redact: Redactor): Redactor {
  return (text) => text.split(EXAMPLE).map(redact).join(EXAMPLE);
}

/** `parseArgs` of Node: an option that does not exist, or one without its value. */
const isParseError = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('ERR_PARSE_ARGS');

function usage(commands: readonly Command[]): string {
  const shown = commands.length > 0 ? commands : COMMANDS;
  return `${shown.map(({ name, usage: rest, about }) => `aisha ${`${name} ${rest}`.trim()}\n    ${about}`).join('\n')}\n`;
}
