import { describe, expect, it } from 'vitest';
import { codePoints, formatted, messageCaption, messageText } from './formatted.ts';

const html = (source: string) => formatted(source, 'HTML');
const v2 = (source: string) => formatted(source, 'MarkdownV2');
const legacy = (source: string) => formatted(source, 'Markdown');

describe('HTML', () => {
  it('knows all tags, nested, with offsets in UTF-16 units', () => {
    const { text, entities } = html(
      '🙂 <b>bold <i>both</i></b> <u>u</u> <s>s</s> <code>c</code> <tg-spoiler>x</tg-spoiler>',
    );
    expect(text).toBe('🙂 bold both u s c x');
    expect(entities).toEqual([
      { type: 'bold', offset: 3, length: 9 },
      { type: 'italic', offset: 8, length: 4 },
      { type: 'underline', offset: 13, length: 1 },
      { type: 'strikethrough', offset: 15, length: 1 },
      { type: 'code', offset: 17, length: 1 },
      { type: 'spoiler', offset: 19, length: 1 },
    ]);
  });

  it('knows links, mentions, code blocks with a language and quotes', () => {
    expect(html('<a href="https://example.com/?a=1&amp;b=2">x</a>').entities).toEqual([
      { type: 'text_link', offset: 0, length: 1, url: 'https://example.com/?a=1&b=2' },
    ]);
    expect(html("<a href='tg://user?id=42'>Ann</a>").entities).toMatchObject([
      { type: 'text_mention', user: { id: 42 } },
    ]);
    expect(html('<a href="javascript:alert(1)">x</a>').entities).toEqual([]);
    expect(html('<pre><code class="language-ts">a</code></pre>').entities).toEqual([
      { type: 'pre', offset: 0, length: 1, language: 'ts' },
    ]);
    expect(html('<blockquote expandable>q</blockquote>').entities).toEqual([
      { type: 'expandable_blockquote', offset: 0, length: 1 },
    ]);
  });

  it('decodes its four names and numbers, and leaves others as they are', () => {
    expect(html('&lt;&gt;&amp;&quot;&#1071;&#x42f;&nbsp;&').text).toBe('<>&"ЯЯ&nbsp;&');
  });

  it.each([
    ['<b>x', `Can't find end tag corresponding to start tag "b"`],
    ['x</b>', 'Unexpected end tag at byte offset 1'],
    ['<b>x</i>', 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
    ['Я <div>x</div>', 'Unsupported start tag "div" at byte offset 3'],
    ['1 < 2', 'Unsupported start tag "" at byte offset 2'],
    ['a<b', 'Unclosed start tag at byte offset 1'],
    ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
    ['<a href=a/b>x</a>', 'Unexpected end of name token at byte offset 8'],
  ])('refuses %s', (source, reason) => {
    expect(() => html(source)).toThrow(`Bad Request: can't parse entities: ${reason}`);
  });
});

describe('MarkdownV2', () => {
  it('knows all marks, nested', () => {
    const { text, entities } = v2('*bold _italic_* __u__ ~s~ ||x|| `c` [l](https://example.com/a\\)b)');
    expect(text).toBe('bold italic u s x c l');
    expect(entities.map(({ type, offset, length }) => [type, offset, length])).toEqual([
      ['bold', 0, 11],
      ['italic', 5, 6],
      ['underline', 12, 1],
      ['strikethrough', 14, 1],
      ['spoiler', 16, 1],
      ['code', 18, 1],
      ['text_link', 20, 1],
    ]);
    expect(entities.at(-1)?.url).toBe('https://example.com/a)b');
  });

  it('knows code blocks and quotes', () => {
    expect(v2('```ts\na.b\n```')).toEqual({
      text: 'a.b',
      entities: [{ type: 'pre', offset: 0, length: 3, language: 'ts' }],
    });
    const quote = v2('>one\n>two\nafter');
    expect(quote.text).toBe('one\ntwo\nafter');
    expect(quote.entities).toEqual([{ type: 'blockquote', offset: 0, length: 7 }]);
  });

  it.each([
    ['a.b', "Character '.' is reserved and must be escaped with the preceding '\\'"],
    ['*x', "Can't find end of Bold entity at byte offset 0"],
    ['я _x', "Can't find end of Italic entity at byte offset 3"],
    ['`x', "Can't find end of Code entity at byte offset 0"],
    ['[x](http://a', "Can't find end of a URL at byte offset 4"],
  ])('refuses %s', (source, reason) => {
    expect(() => v2(source)).toThrow(`Bad Request: can't parse entities: ${reason}`);
  });
});

describe('Markdown', () => {
  it('knows the older marks', () => {
    const { text, entities } = legacy('*b* _i_ `c` [x](https://example.com) 2 \\* 2');
    expect(text).toBe('b i c x 2 * 2');
    expect(entities.map(({ type }) => type)).toEqual(['bold', 'italic', 'code', 'text_link']);
  });

  it('says where an entity has no end, in bytes', () => {
    expect(() => legacy('цена: 5*3')).toThrow(
      "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 11",
    );
  });
});

describe('every text', () => {
  it('refuses an unknown parse mode', () => {
    expect(() => formatted('x', 'BBCode')).toThrow('Bad Request: unsupported parse_mode');
  });

  it('has commands, addresses, mentions and hashtags found in it, but not in code', () => {
    const { entities } = formatted('/start https://example.com/a. @someone #тег a@b.kz', undefined);
    expect(entities.map(({ type, offset, length }) => [type, offset, length])).toEqual([
      ['bot_command', 0, 6],
      ['url', 7, 21],
      ['mention', 30, 8],
      ['hashtag', 39, 4],
      ['email', 44, 6],
    ]);
    expect(html('<code>/start</code>').entities).toHaveLength(1);
  });

  it('is trimmed, its entities moved along', () => {
    expect(html(' \n <b>x</b> \n')).toEqual({
      text: 'x',
      entities: [{ type: 'bold', offset: 0, length: 1 }],
    });
  });

  it('takes entities that the bot gives instead of a parse mode', () => {
    const given = [{ type: 'bold', offset: 0, length: 1 }];
    expect(formatted('xy', undefined, given).entities).toEqual(given);
    expect(formatted('xy', undefined, [{ type: 'bold', offset: 5, length: 9 }]).entities).toEqual([]);
  });

  it('is measured in code points after parsing', () => {
    const smileys = '🙂'.repeat(4096);
    expect(smileys).toHaveLength(8192);
    expect(codePoints(messageText(`<b>${smileys}</b>`, 'HTML').text)).toBe(4096);
    expect(() => messageText(`${smileys}x`, undefined)).toThrow('Bad Request: message is too long');
    expect(messageCaption('я'.repeat(1024), undefined).text).toHaveLength(1024);
    expect(() => messageCaption('я'.repeat(1025), undefined)).toThrow(
      'Bad Request: message caption is too long',
    );
    expect(() => messageText(' <b> </b> ', 'HTML')).toThrow('Bad Request: message text is empty');
  });
});
