import { readdirSync, readFileSync } from 'node:fs';
import { DOCUMENT_KINDS } from '@aisha/core';
import { AVATAR_STATES, FAILURES, LANGUAGES, LEDGER_REASONS } from '@aisha/db';
import { describe, expect, it } from 'vitest';

import { en, kk, ru } from './all.ts';

const catalogs: Record<(typeof LANGUAGES)[number], Readonly<Record<string, string>>> = { ru, kk, en };
const forms = /_(one|two|few|many|zero|other)$/;

/** `photo.too_many` ends like a plural form and is none: only a group has an `_other`. */
function groupOf(key: string): string | null {
  const group = key.replace(forms, '');
  return group !== key && `${group}_other` in ru ? group : null;
}

const keys = [...new Set(Object.keys(ru).map((key) => groupOf(key) ?? key))].toSorted();

/** Keys that the sources put together, beside those that they name. */
const composed = {
  toast: ['training.too_few', 'training.checking', 'training.closed'],
  label: [
    ...LANGUAGES.map((language) => `name.${language}`),
    ...DOCUMENT_KINDS.map((kind) => `document.kind.${kind}`),
    ...LEDGER_REASONS.map((reason) => `ledger.${reason}`),
    ...AVATAR_STATES.map((state) => `avatar.state.${state}`),
    ...[
      'avatars',
      'imagine',
      'transcribe',
      'history',
      'gallery',
      'balance',
      'settings',
      'language',
      'help',
    ].map((name) => `menu.${name}`),
    ...['fast', 'balanced', 'quality'].map((preset) => `training.preset.${preset}`),
    ...['man', 'woman', 'neutral'].map((subject) => `avatar.subject.${subject}`),
  ],
};

/** Every key that is shown as it is, found where the sources ask for it. */
function keysOf(call: 'toast' | 'label'): string[] {
  const sources = new URL('..', import.meta.url);
  const named = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => [
      ...readFileSync(new URL(name, sources), 'utf8').matchAll(
        new RegExp(String.raw`\.${call}\(\s*'([^']+)'`, 'g'),
      ),
    ])
    .map(([, key = '']) => key);
  return [...new Set([...named, ...composed[call]])];
}

function variants(catalog: Readonly<Record<string, string>>, key: string): string[] {
  return Object.entries(catalog).flatMap(([name, text]) =>
    name === key || groupOf(name) === key ? [text] : [],
  );
}

function params(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name))].toSorted();
}

/** What Telegram would refuse: an unknown tag, one left open or crossed, a bare `<`, `>` or `&`. */
function htmlFault(text: string): string | null {
  const open: string[] = [];
  for (const [token, closing, name] of text.matchAll(/<(\/?)([a-z-]*)[^<>]*>|&(?:lt|gt|amp|quot);|[<>&]/g)) {
    if (token.startsWith('&') && token.length > 1) continue;
    if (!name || !/^(b|i|u|s|code|pre|a|blockquote|tg-spoiler)$/.test(name)) return token;
    if (!closing) open.push(name);
    else if (open.pop() !== name) return token;
  }
  return open.length > 0 ? `<${open.join('><')}>` : null;
}

it('tells a fault in HTML', () => {
  expect(htmlFault('<b>one</b> &amp; <a href="https://a.b">two</a>')).toBeNull();
  expect(['<b>one', '<b><i>one</b></i>', '<h1>one</h1>', 'a < b', 'a & b', 'one</b>'].map(htmlFault)).toEqual(
    ['<b>', '</b>', '<h1>', '<', '&', '</b>'],
  );
});

describe.each(LANGUAGES)('%s', (language) => {
  const catalog = catalogs[language];

  it('has every text, in exactly the plural forms of the language', () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const expected = keys.flatMap((key) =>
      key in ru ? [key] : pluralCategories.map((category) => `${key}_${category}`),
    );
    expect(Object.keys(catalog).toSorted()).toEqual(expected.toSorted());
  });

  it.each(keys)('%s takes the same parameters and is sound HTML', (key) => {
    const wanted = params(variants(ru, key).join(' '));
    for (const text of variants(catalog, key)) {
      expect(text.trim()).not.toBe('');
      expect(params(text)).toEqual(wanted);
      expect(text.replaceAll(/\{\{\w+\}\}/g, '')).not.toMatch(/[{}]/);
      expect(htmlFault(text)).toBeNull();
      expect(text.length).toBeLessThanOrEqual(4096);
    }
  });

  it('keeps the emoji of the Russian texts', () => {
    const emoji = (text: string) => text.match(/\p{Extended_Pictographic}/gu) ?? [];
    for (const key of keys) {
      const [first = ''] = variants(ru, key);
      for (const text of variants(catalog, key)) expect([key, emoji(text)]).toEqual([key, emoji(first)]);
    }
  });

  it('has labels that fit a button and are no HTML', () => {
    const labels = keysOf('label');
    expect(labels).toContain('button.cancel');
    expect(keys).toEqual(expect.arrayContaining(labels));
    for (const text of labels.flatMap((key) => variants(catalog, key))) {
      expect(text).not.toMatch(/[<>&]/);
      expect(text.length).toBeLessThanOrEqual(64);
    }
  });

  it('has toasts that Telegram accepts', () => {
    const toasts = keysOf('toast');
    expect(toasts).toContain('button.outdated');
    expect(keys).toEqual(expect.arrayContaining(toasts));
    for (const text of toasts.flatMap((key) => variants(catalog, key))) {
      expect(text).not.toMatch(/[<>&]/);
      expect(text.length).toBeLessThanOrEqual(200);
    }
  });

  it('describes commands in 3 to 256 characters', () => {
    const descriptions = keys
      .filter((key) => key.startsWith('command.'))
      .flatMap((key) => variants(catalog, key));
    expect(descriptions.length).toBeGreaterThan(0);
    for (const text of descriptions) {
      expect(text).not.toMatch(/[<>&{}]/);
      expect(text.length).toBeGreaterThanOrEqual(3);
      expect(text.length).toBeLessThanOrEqual(256);
    }
  });

  it('has words for every failure', () => {
    for (const reason of FAILURES) expect(catalog).toHaveProperty([`failure.${reason}`]);
  });
});

it('says every key in one subject only', async () => {
  const machinery = /^(all|index|keys|translation)\.ts$|\.test\.ts$/;
  const files = readdirSync(new URL('.', import.meta.url)).filter((name) => !machinery.test(name));
  const said = await Promise.all(
    files.map(async (name) => Object.keys(Object(await import(`./${name}`)).ru)),
  );
  expect(said.flat().toSorted()).toEqual(Object.keys(ru).toSorted());
});

it('is translated: no sentence is left in Russian', () => {
  const same = keys.filter(
    (key) =>
      /(?:[а-яё]{2,} .*){2}/i.test(variants(ru, key).join()) && variants(ru, key)[0] === variants(kk, key)[0],
  );
  expect(same).toEqual([]);
  const cyrillic = Object.entries(en).filter(
    ([key, text]) => !key.startsWith('name.') && /[а-яё]/i.test(text),
  );
  expect(cyrillic).toEqual([]);
});
