import { z } from 'zod';

/**
 * Where the older Python system keeps what we take over. Its schema changed over the years, so for each of our fields
 * several names are tried, in this order; what is really there is asked of the database. A file given with
 * `--mapping` says it outright where these guesses are wrong:
 * `{"avatars": {"table": "user_models", "columns": {"finetuneId": "flux_id"}}}`.
 */
export const ENTITIES = {
  users: {
    tables: ['users', 'user', 'bot_users', 'telegram_users'],
    fields: {
      /** What other tables' `userId` refers to. */
      id: ['id', 'user_id', 'uuid'],
      // In a table without an id of its own, the first column is Telegram's.
      telegramId: ['telegram_id', 'tg_id', 'telegram_user_id', 'tg_user_id', 'chat_id', 'user_id', 'id'],
      username: ['username', 'user_name', 'telegram_username'],
      firstName: ['first_name', 'firstname', 'full_name', 'name'],
      language: ['language_code', 'language', 'lang', 'locale'],
      balance: ['balance', 'credits', 'coins', 'token_balance', 'amount'],
      blocked: ['is_blocked', 'blocked', 'is_banned', 'banned'],
      createdAt: ['created_at', 'registered_at', 'created', 'date_joined'],
    },
    needed: ['id', 'telegramId'],
  },
  avatars: {
    tables: ['avatars', 'avatar', 'user_avatars'],
    fields: {
      id: ['id', 'avatar_id', 'uuid'],
      userId: ['user_id', 'owner_id', 'telegram_id', 'user_telegram_id'],
      name: ['name', 'title', 'avatar_name'],
      kind: ['training_type', 'avatar_type', 'type', 'kind'],
      gender: ['gender', 'sex', 'subject'],
      finetuneId: ['finetune_id', 'fal_finetune_id', 'flux_finetune_id', 'model_id'],
      loraUrl: ['diffusers_lora_file_url', 'lora_url', 'lora_file_url', 'model_url', 'diffusers_lora_file'],
      trigger: ['trigger_word', 'trigger_phrase', 'trigger'],
      status: ['status', 'state', 'training_status'],
      isMain: ['is_main', 'is_default', 'is_primary'],
      createdAt: ['created_at', 'created'],
      trainedAt: ['training_completed_at', 'completed_at', 'trained_at', 'finished_at', 'updated_at'],
    },
    needed: ['id', 'userId', 'name'],
  },
  transcripts: {
    tables: ['transcripts', 'transcriptions', 'user_transcripts', 'transcript'],
    fields: {
      id: ['id', 'transcript_id', 'uuid'],
      userId: ['user_id', 'owner_id', 'telegram_id', 'user_telegram_id'],
      text: ['text', 'content', 'transcript', 'transcript_text', 'full_text', 'transcription', 'result_text'],
      title: ['title', 'filename', 'file_name', 'audio_filename', 'original_filename', 'name'],
      language: ['language', 'language_code', 'lang'],
      seconds: ['duration', 'duration_seconds', 'audio_duration', 'duration_sec'],
      createdAt: ['created_at', 'created', 'date'],
    },
    needed: ['id', 'userId', 'text'],
  },
  promoCodes: {
    tables: ['promo_codes', 'promocodes', 'promo_code', 'promos', 'promocode'],
    fields: {
      /** What the table of uses refers to. */
      id: ['id', 'promo_code_id', 'promocode_id', 'code'],
      code: ['code', 'promo_code', 'promocode', 'name'],
      kind: ['type', 'kind', 'promo_type', 'discount_type', 'bonus_type'],
      credits: ['credits', 'amount', 'value', 'reward', 'bonus_credits', 'bonus_amount', 'coins'],
      bonus: ['bonus_percent', 'bonus_percentage', 'bonus'],
      discount: ['discount_percent', 'discount_percentage', 'discount', 'percent'],
      uses: [
        'used_count',
        'uses_count',
        'usage_count',
        'current_uses',
        'used',
        'uses',
        'activations',
        'times_used',
      ],
      maxUses: ['max_uses', 'usage_limit', 'uses_limit', 'max_activations', 'max_usage', 'limit'],
      maxUsesPerUser: ['max_uses_per_user', 'per_user_limit', 'uses_per_user', 'user_limit'],
      active: ['is_active', 'active', 'enabled'],
      startsAt: ['valid_from', 'starts_at', 'start_date', 'active_from'],
      endsAt: ['expires_at', 'valid_until', 'valid_to', 'ends_at', 'end_date', 'expiration_date', 'expires'],
      createdAt: ['created_at', 'created'],
    },
    needed: ['code'],
  },
  promoCodeUses: {
    tables: [
      'promo_code_uses',
      'promo_code_usages',
      'promo_code_usage',
      'promocode_uses',
      'promocode_usages',
      'promo_usages',
      'promo_uses',
      'used_promo_codes',
      'user_promo_codes',
      'promo_activations',
    ],
    fields: {
      userId: ['user_id', 'owner_id', 'telegram_id', 'user_telegram_id'],
      promoCodeId: [
        'promo_code_id',
        'promocode_id',
        'promo_id',
        'code_id',
        'code',
        'promo_code',
        'promocode',
      ],
      usedAt: ['used_at', 'activated_at', 'created_at', 'applied_at', 'date'],
    },
    needed: ['userId', 'promoCodeId'],
  },
} as const satisfies Record<
  string,
  {
    readonly tables: readonly string[];
    readonly fields: Readonly<Record<string, readonly string[]>>;
    readonly needed: readonly string[];
  }
>;

export type Entity = keyof typeof ENTITIES;

/** What the operator says in a file. */
export const overridesShape = z.partialRecord(
  z.enum(['users', 'avatars', 'transcripts', 'promoCodes', 'promoCodeUses']),
  z.strictObject({
    table: z.string().optional(),
    columns: z.record(z.string(), z.string().nullable()).optional(),
  }),
);
export type Overrides = z.output<typeof overridesShape>;

/** One table as it was found. A field without a column is null. */
export interface Found {
  readonly table: string;
  readonly columns: Readonly<Record<string, string | null>>;
}

/**
 * Finds an entity's table and columns among those that exist. A sentence instead when it cannot be read: no such
 * table, or a needed column is missing.
 */
export function findEntity(
  entity: Entity,
  tables: ReadonlyMap<string, ReadonlySet<string>>,
  overrides: Overrides,
): Found | string {
  const definition = ENTITIES[entity];
  const said = overrides[entity];
  const names: readonly string[] = said?.table === undefined ? definition.tables : [said.table];
  const table = names.find((name) => tables.has(name));
  const there = table === undefined ? undefined : tables.get(table);
  if (table === undefined || there === undefined) return `no table (looked for ${names.join(', ')})`;
  const columns: Record<string, string | null> = {};
  for (const [field, candidates] of Object.entries<readonly string[]>(definition.fields)) {
    const chosen = said?.columns?.[field];
    if (typeof chosen === 'string' && !there.has(chosen))
      return `table ${table} has no column ${chosen}, which the mapping names for ${field}`;
    columns[field] = chosen === undefined ? (candidates.find((name) => there.has(name)) ?? null) : chosen;
  }
  const missing = definition.needed.filter((field) => columns[field] === null);
  return missing.length === 0
    ? { table, columns }
    : `table ${table} has no column for ${missing.join(', ')} (it has ${[...there].join(', ')})`;
}
