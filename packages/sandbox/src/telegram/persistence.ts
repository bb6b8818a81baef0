import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BotApi } from './bot-api.ts';
import type { StoredFile } from './files.ts';
import type {
  Bot,
  Chat,
  InvoiceTerms,
  MemberStatus,
  Person,
  StarSubscription,
  StoredMessage,
} from './model.ts';
import type { Charge } from './queries.ts';
import type { BotCommand, UpdateType } from './types.ts';
import type { QueueSnapshot } from './update-queue.ts';
import type { WebhookSettings } from './webhook.ts';

const SAVE_AFTER_MS = 300;

interface SavedBot {
  id: number;
  queue: QueueSnapshot;
  webhook: WebhookSettings | null;
  allowedUpdates: UpdateType[] | null;
  commands: [string, BotCommand[]][];
  texts: [string, string][];
  menuButtons: [number, object][];
  nextMessageId: number;
}

interface SavedChat extends Omit<Chat, 'members' | 'messages'> {
  members: [number, MemberStatus][];
  messages: StoredMessage[];
}

/** All that a restarted stand-in goes on with. */
export interface Saved {
  version: 1;
  seq: number;
  bots: SavedBot[];
  people: Person[];
  chats: SavedChat[];
  files: StoredFile[];
  charges: Charge[];
  links: [string, InvoiceTerms][];
  subscriptions?: [string, StarSubscription][];
}

const nameOf = (folder: string): string => path.join(folder, 'telegram.json');

export async function load(folder: string): Promise<Saved | null> {
  try {
    const saved: Saved = JSON.parse(await readFile(nameOf(folder), 'utf8'));
    return saved.version === 1 ? saved : null;
  } catch {
    return null;
  }
}

function saveBot(bot: Bot): SavedBot {
  return {
    id: bot.id,
    queue: bot.queue.snapshot(),
    webhook: bot.webhook.settings,
    allowedUpdates: bot.allowedUpdates,
    commands: [...bot.commands],
    texts: [...bot.texts],
    menuButtons: [...bot.menuButtons],
    nextMessageId: bot.nextMessageId,
  };
}

function snapshot({ world, queries }: BotApi): Saved {
  return {
    version: 1,
    seq: world.events.seq,
    bots: [...world.bots.values()].map(saveBot),
    people: [...world.people.values()],
    chats: [...world.chats.values()].map((chat) => ({
      ...chat,
      members: [...chat.members],
      messages: [...chat.messages.values()],
    })),
    files: world.files.snapshot(),
    charges: [...queries.charges.values()],
    links: [...queries.links],
    subscriptions: [...queries.subscriptions],
  };
}

/** Puts back what was saved; bots must be there already. */
export function restore({ world, queries }: BotApi, saved: Saved): void {
  world.events.resume(saved.seq);
  for (const person of saved.people) world.people.set(person.id, person);
  for (const chat of saved.chats) {
    world.chats.set(chat.key, {
      ...chat,
      members: new Map(chat.members),
      messages: new Map(chat.messages.map((message) => [message.id, message])),
    });
  }
  const botIds = [...world.bots.values()].map(({ id }) => id);
  world.files.restore(saved.files, botIds);
  for (const charge of saved.charges) queries.charges.set(charge.id, charge);
  for (const [slug, terms] of saved.links) queries.links.set(slug, terms);
  for (const [id, one] of saved.subscriptions ?? []) queries.subscriptions.set(id, one);
  for (const bot of world.bots.values()) {
    const known = saved.bots.find(({ id }) => id === bot.id);
    if (known === undefined) continue;
    bot.allowedUpdates = known.allowedUpdates;
    bot.commands = new Map(known.commands);
    bot.texts = new Map(known.texts);
    bot.menuButtons = new Map(known.menuButtons);
    bot.nextMessageId = known.nextMessageId;
    bot.webhook.set(known.webhook);
  }
}

export interface Saver {
  /** Something changed; it is written soon. */
  changed(): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
}

/** Writes the world to one file, never half. */
export function createSaver(api: BotApi, folder: string): Saver {
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    await mkdir(folder, { recursive: true });
    const next = `${nameOf(folder)}.next`;
    await writeFile(next, JSON.stringify(snapshot(api)));
    await rename(next, nameOf(folder));
  };
  const start = (): Promise<void> => {
    timer = null;
    writing = writing.then(write).catch((error: unknown) => {
      process.emitWarning(`The Telegram stand-in could not save its state: ${String(error)}`);
    });
    return writing;
  };
  return {
    changed() {
      timer ??= setTimeout(() => void start(), SAVE_AFTER_MS);
    },
    async flush() {
      if (timer !== null) clearTimeout(timer);
      await start();
    },
  };
}
