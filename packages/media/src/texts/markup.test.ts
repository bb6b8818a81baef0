import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { readText } from './read.ts';

const SAID = 'Сегодня мы решили подписать договор.';
const KK = 'Бүгін шартқа қол қоямыз.';

const read = async (bytes: Buffer | string) => {
  const outcome = await readText(Buffer.from(bytes));
  return outcome.kind === 'ok' ? outcome.text : outcome.kind;
};
const encoded = (text: string, encoding: string) => iconv.encode(text, encoding);
const mail = (...lines: string[]) => lines.join('\r\n');
const base64 = (text: string) => Buffer.from(text).toString('base64');

const PAGE = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title><style>p{color:red}</style></head>
  <body onload="go()"><h1>Протокол</h1><p>${SAID}
  И&nbsp;ещё:</p><ul><li>Иван &mdash; смета</li><li>a &lt; b</li></ul><script>if (a<b) go();</script>
  <table><tr><td>Имя</td><td>Срок</td></tr></table><pre>раз
  два</pre>Конец<br>совсем</body></html>`;
const PAGE_TEXT = `Протокол\n\n${SAID} И\u00A0ещё:\n\n- Иван — смета\n- a < b\n\nИмя\tСрок\n\nраз\n  два\n\nКонец\nсовсем`;
const CHAT = `<!DOCTYPE html><html><head><meta charset="utf-8"/></head><body><div class="page_wrap"><div class="page_header"><div class="text bold">Команда</div></div>
<div class="page_body chat_page"><div class="history">
<div class="message service" id="message-1"><div class="body details">1 January 2025</div></div>
<div class="message default clearfix" id="message2"><div class="userpic"><div class="initials">А</div></div><div class="body">
 <div class="pull_right date details" title="01.01.2025 10:01:00 UTC+05:00">10:01</div><div class="from_name">Анна </div><div class="text">${SAID}<br>Вот &laquo;так&raquo;.</div></div></div>
<div class="message default clearfix joined" id="message3"><div class="body"><div class="pull_right date details" title="01.01.2025 10:02:00 UTC+05:00">10:02</div><div class="media_wrap"><div class="title bold">Voice message</div></div></div></div>
<div class="message default clearfix joined" id="message4"><div class="body"><div class="pull_right date details" title="02.01.2025 10:03:00 UTC+05:00">10:03</div>
 <div class="forwarded body"><div class="from_name">Газета <span class="date details" title="01.01.2020 10:00:00">x</span></div><div class="text">Новость</div></div></div></div>
</div></div></div></body></html>`;
const EXPORT = {
  name: 'Команда',
  type: 'private_group',
  messages: [
    { id: 1, type: 'service', date: '2025-01-01T10:00:00', actor: 'Анна', text: '' },
    { id: 2, type: 'message', date: '2025-01-01T10:01:00', from: 'Анна', text: SAID },
    {
      id: 3,
      type: 'message',
      date: '2025-01-02T10:02:00',
      from: 'Олег',
      text: ['см. ', { type: 'link', text: 'https://ya.ru' }, 5, '!'],
    },
    { id: 4, type: 'message', date: '2025-01-02T10:02:00', from: null, file: 'a.ogg', text: '' },
    'something of next year',
  ],
};
const EXPORT_TEXT = `2025-01-01\nАнна: ${SAID}\n\n2025-01-02\nОлег: см. https://ya.ru!`;
const book = (encoding: string) =>
  encoded(
    `<?xml version="1.0" encoding="${encoding}"?><FictionBook xmlns="x"><description><title-info><book-title>Книга</book-title></title-info></description><body><section><title><p>Глава 1</p></title><p>${SAID}</p><p>Вторая <emphasis>строка</emphasis>.</p></section></body><binary id="a">/9j/4AAQ</binary></FictionBook>`,
    encoding,
  );

describe('of what other programs write, the words alone are kept:', () => {
  test.each<[string, Buffer | string, string]>([
    ['a page', PAGE, PAGE_TEXT],
    ['a page of XHTML', `<?xml version="1.0"?>\n<!DOCTYPE html>\n<html><body><p>${KK}</p></body></html>`, KK],
    ['a piece of a page', `<p>${SAID}</p><div>Два<p>Три</div>\n`, `${SAID}\n\nДва\n\nТри`],
    ['a page that is a picture', '<html><body><img src="a.png"></body></html>', 'empty'],
    [
      'a short page that says windows-1251',
      encoded('<html><meta charset=windows-1251><p>Да</p>', 'win1251'),
      'Да',
    ],
    [
      'a page that says UTF-8 and is not',
      encoded(`<html><meta charset="utf-8"><p>${SAID}</p>`, 'win1251'),
      SAID,
    ],
    ['a book in windows-1251', book('windows-1251'), `Глава 1\n\n${SAID}\nВторая строка.`],
    ['a book in UTF-8', book('utf-8'), `Глава 1\n\n${SAID}\nВторая строка.`],
    ['a book in UTF-16', book('utf-16'), `Глава 1\n\n${SAID}\nВторая строка.`],
    [
      'XML of whatever kind',
      `<?xml version="1.0"?><a:r><description>${SAID}</description><n>1</n></a:r>`,
      `${SAID}\n1`,
    ],
    [
      'a chat of Telegram as a page',
      CHAT,
      `01.01.2025\nАнна: ${SAID}\nВот «так».\n\n02.01.2025\nАнна: Новость`,
    ],
    ['a chat of Telegram as JSON', JSON.stringify(EXPORT), EXPORT_TEXT],
    [
      'all chats of Telegram',
      JSON.stringify({ about: 'x', chats: { list: [EXPORT, { messages: [] }] } }, null, 1),
      EXPORT_TEXT,
    ],
    [
      'a letter of two forms',
      mail(
        'From: =?utf-8?B?0JDQvdC90LA=?= <anna@example.com>',
        'To: oleg@example.com, Kim <k@example.com>',
        'Subject: =?utf-8?Q?=D0=94=D0=B0?=',
        'Date: Thu, 20 Nov 2025 10:00:00 +0500',
        'MIME-Version: 1.0',
        'Content-Type: multipart/alternative; boundary="b"',
        '',
        '--b',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: base64',
        '',
        base64(SAID),
        '--b',
        'Content-Type: text/html',
        '',
        '<p>other</p>',
        '--b--',
        '',
      ),
      `From: Анна <anna@example.com>\nTo: oleg@example.com, Kim <k@example.com>\nDate: Thu, 20 Nov 2025 10:00:00 +0500\nSubject: Да\n\n${SAID}`,
    ],
    [
      'a letter in HTML and windows-1251',
      Buffer.concat([
        Buffer.from(
          mail(
            'Received: by x',
            'From: a@example.com',
            'Content-Type: text/html; charset=windows-1251',
            'Content-Transfer-Encoding: 8bit',
            '',
            '',
          ),
        ),
        encoded(`<p>${SAID}</p><p>Два</p>`, 'win1251'),
      ]),
      `From: a@example.com\n\n${SAID}\n\nДва`,
    ],
    [
      'a page that a browser saved',
      mail(
        'From: <Saved by Blink>',
        'Snapshot-Content-Location: https://example.com/',
        'Subject: x',
        'MIME-Version: 1.0',
        'Content-Type: multipart/related; type="text/html"; boundary="b"',
        '',
        '--b',
        'Content-Type: text/html',
        'Content-Transfer-Encoding: base64',
        '',
        base64(PAGE),
        '--b--',
        '',
      ),
      PAGE_TEXT,
    ],
  ])('%s', async (_what, bytes, text) => expect(await read(bytes)).toBe(text));

  test('a transcript as JSON keeps its times and who speaks', async () => {
    const segments = [
      { id: 0, start: 0, end: 1.5, text: ' Привет.', speaker: 'SPEAKER_00', avg_logprob: -0.1 },
      { id: 1, start: 1.5, end: 2, text: 'Да.' },
    ];
    expect(await readText(Buffer.from(JSON.stringify({ language: 'ru', segments })))).toEqual({
      kind: 'ok',
      text: 'SPEAKER_00: Привет.\nДа.',
      cues: [
        { startMs: 0, endMs: 1_500, speaker: 'SPEAKER_00', text: 'Привет.' },
        { startMs: 1_500, endMs: 2_000, speaker: null, text: 'Да.' },
      ],
    });
  });
});

describe('left as it stands:', () => {
  test.each([
    ['words about markup', 'Тег <p> значит абзац, а <html> — начало.'],
    ['code', '<T>(x: T) => x < 5'],
    ['a table', 'Имя;Срок\nИван;"пятница; вечер"'],
    ['notes that begin like a head', `Тема: договор\nFrom: Анна\n\n${SAID}`],
    ['JSON of no known kind', '{"a": [1, "два"]}'],
    ['JSON that is cut off', '{"messages": [{"text": "да"'],
    ['XML that keeps its words in attributes', '<?xml version="1.0"?><smses><sms body="Привет"/></smses>'],
    ['a page nested deeper than any', `<html>${'<b>'.repeat(2_000)}deep</html>`],
    ['a chat of WhatsApp', '[01.01.2025, 10:01:02] Анна: да\n[01.01.2025, 10:02:10] Олег: <Без медиафайлов>'],
  ])('%s', async (_what, text) => expect(await read(text)).toBe(text));
});
