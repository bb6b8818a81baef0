import { describe, expect, test } from 'vitest';
import { escapeHtml, splitMessage } from './text.ts';

test('escapes everything that means something, and mends broken characters', () => {
  expect(escapeHtml(`a<b>&"c"`)).toBe('a&lt;b&gt;&amp;&quot;c&quot;');
  expect(escapeHtml('x\ud83d')).toBe('x\ufffd');
});

describe('splitMessage', () => {
  const plain = (html: string) => html.replaceAll(/<[^>]*>/g, '').replaceAll(/&\w+;/g, '.');

  test('one piece when it fits', () => {
    expect(splitMessage('<b>hello</b>')).toEqual(['<b>hello</b>']);
    expect(splitMessage('')).toEqual([]);
  });

  test('prefers the end of a paragraph, then of a sentence, then of a word', () => {
    const first = 'First paragraph. '.repeat(4).trim();
    const second = 'Second paragraph. '.repeat(4).trim();
    expect(splitMessage(`${first}\n\n${second}`, { limit: 100 })).toEqual([first, second]);
    const [sentence] = splitMessage(`${'Word '.repeat(15)}end. ${'More '.repeat(20)}`, { limit: 100 });
    expect(sentence).toMatch(/end\.$/);
    expect(splitMessage('word '.repeat(50), { limit: 100 }).every((piece) => piece.endsWith('word'))).toBe(
      true,
    );
  });

  test('closes and opens tags again, attributes too', () => {
    const pieces = splitMessage(`<a href="https://x.org/?a=1&amp;b=2"><b>${'word '.repeat(30)}</b></a>`, {
      limit: 60,
    });
    expect(pieces.length).toBeGreaterThan(1);
    for (const piece of pieces) {
      expect(piece).toMatch(/^<a href="https:\/\/x\.org\/\?a=1&amp;b=2"><b>/);
      expect(piece).toMatch(/<\/b><\/a>$/);
    }
  });

  test('nothing is lost and no piece is too long, whatever the text', () => {
    const words = [
      'слово',
      '<b>жирно</b>',
      '&amp;',
      '😀😀',
      'a'.repeat(70),
      '\n\n',
      '.',
      '<i>к<u>у</u>рсив</i>',
    ];
    let seed = 7;
    const next = () => (seed = (seed * 48_271) % 2_147_483_647);
    for (let round = 0; round < 200; round += 1) {
      const text = Array.from({ length: 60 }, () => words[next() % words.length] ?? '').join(' ');
      const pieces = splitMessage(text, { limit: 50 });
      const squeezed = (html: string) => plain(html).replaceAll(/\s/g, '');
      expect(pieces.map(squeezed).join('')).toBe(squeezed(text));
      for (const piece of pieces) {
        expect(plain(piece).length).toBeLessThanOrEqual(50);
        expect(piece.isWellFormed()).toBe(true);
        const opened = piece.match(/<[a-z][^>]*>/g)?.length ?? 0;
        expect(piece.match(/<\/[a-z]+>/g)?.length ?? 0).toBe(opened);
      }
    }
  });

  test('plain text may hold anything that looks like a tag', () => {
    expect(splitMessage('<b>a&amp;', { html: false, limit: 4 })).toEqual(['<b>a', '&amp', ';']);
  });
});
