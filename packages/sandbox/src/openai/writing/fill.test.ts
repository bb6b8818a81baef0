import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { zodResponseFormat } from 'openai/helpers/zod';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fillSchema } from './fill.ts';
import { materialOf } from './material.ts';
import { checkStrictSchema, isSchema, type Schema } from './schema.ts';
import { sentencesOf } from './sentences.ts';

const MEETING = `Сегодня мы обсудили новый договор с поставщиком. Решили подписать его до конца месяца.
Анна отправит письмо Ивану до пятницы. Нужно позвонить в банк. Бюджет составит 150 тысяч рублей. Встреча была 12 марта 2026 года.`;

const material = (text: string, instructions = '') => materialOf({ instructions, text, images: [] });

function schemaOf(type: z.ZodType): Schema {
  const { schema } = zodResponseFormat(type, 'thing').json_schema;
  if (!isSchema(schema)) throw new Error('no schema');
  return schema;
}

/** What the stand-in writes for a zod type, read by that type. */
function written<T>(type: z.ZodType<T>, text = MEETING, instructions = ''): T {
  const schema = checkStrictSchema(schemaOf(type), { param: 'response_format', code: null, name: 'thing' });
  return type.parse(fillSchema(schema, material(text, instructions)));
}

describe('any strict schema', () => {
  const name = fc.constantFrom(
    'title',
    'text',
    'tasks',
    'owner',
    'due',
    'date',
    'participants',
    'summary',
    'done',
    'count',
    'language',
    'score',

    'decisions',
    'answer',
    'x',
    'reason',
    'items',
    'number',
    'place',
    'keywords',
    'confidence',
    'photo_index',
  );
  const leaf = fc.oneof(
    fc.constant<Schema>({ type: 'string' }),
    fc.constant<Schema>({ type: 'boolean' }),
    fc.constant<Schema>({ type: ['string', 'null'] }),
    fc.constant<Schema>({ anyOf: [{ type: 'string' }, { type: 'null' }] }),
    fc.constant<Schema>({ type: ['number', 'null'] }),
    fc.constant<Schema>({ type: 'null' }),
    fc
      .constantFrom('date', 'date-time', 'time', 'email', 'uuid', 'ipv4')
      .map<Schema>((format) => ({ type: 'string', format })),
    fc
      .constantFrom('^[A-Z]{2}-\\d{3}$', '^\\d{2}:\\d{2}$', '^[^abc]+(?:x|y)?z{2,3}$')
      .map<Schema>((pattern) => ({ type: 'string', pattern })),
    fc
      .array(fc.string(), { minLength: 1 })
      .map<Schema>((values) => ({ type: 'string', enum: [...new Set(values)] })),
    fc.constantFrom('a', 7, true, null).map<Schema>((value) => ({ const: value })),
    fc
      .record({
        minimum: fc.integer({ min: -50, max: 50 }),
        span: fc.integer({ min: 0, max: 100 }),
        type: fc.constantFrom('integer', 'number'),
      })
      .map<Schema>(({ minimum, span, type }) => ({ type, minimum, maximum: minimum + span })),
    fc.integer({ min: -9, max: 9 }).map<Schema>((exclusiveMinimum) => ({
      type: 'number',
      exclusiveMinimum,
      exclusiveMaximum: exclusiveMinimum + 3,
    })),
    fc.constantFrom(2, 5, 0.5).map<Schema>((multipleOf) => ({ type: 'number', multipleOf, minimum: 3 })),
  );
  const { node } = fc.letrec<{ node: Schema; object: Schema }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      leaf,
      tie('object'),
      fc
        .record({
          items: tie('node'),
          minItems: fc.integer({ min: 0, max: 3 }),
          more: fc.integer({ min: 0, max: 4 }),
        })
        .map<Schema>(({ items, minItems, more }) => ({
          type: 'array',
          items,
          minItems,
          maxItems: minItems + more,
        })),
      tie('object').map<Schema>((object) => ({ anyOf: [object, { type: 'null' }] })),
    ),
    object: fc.dictionary(name, tie('node'), { maxKeys: 5 }).map<Schema>((properties) => ({
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    })),
  }));
  const root = fc.dictionary(name, node, { maxKeys: 6 }).map<Schema>((properties) => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  }));

  it('is satisfied, whatever the text', { timeout: 60_000 }, () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const texts = fc.constantFrom(
      MEETING,
      '',
      'да',
      '12 345',
      'We met on Monday. Kate will call.',
      '{"a":1}',
      '…'.repeat(50),
    );
    fc.assert(
      fc.property(root, texts, (schema, text) => {
        checkStrictSchema(schema, { param: 'response_format', code: null, name: 'thing' });
        const value = fillSchema(schema, material(text));
        const validate = ajv.compile(schema);
        validate(value);
        expect(validate.errors ?? []).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('may be recursive', () => {
    const Node = z.object({
      topic: z.string(),
      get children() {
        return z.array(Node);
      },
      get next() {
        return Node.nullable();
      },
    });
    expect(written(Node)).toMatchObject({ topic: expect.any(String) });
  });
});

describe('what is written', () => {
  it('are facts of the text, or nothing', () => {
    const Facts = z.object({
      date: z.string().nullable(),
      day: z.iso.date().nullable(),
      place: z.string().nullable(),
      secretary: z.string().nullable(),
      participants: z.array(z.string()),
      deadlines: z.array(z.string()),
      amount: z.number().nullable(),
    });
    expect(written(Facts)).toEqual({
      date: '2026-03-12',
      day: '2026-03-12',
      place: null,
      secretary: null,
      participants: ['Анна', 'Ивану'],
      deadlines: ['Сегодня', 'до конца месяца', 'до пятницы', '12 марта 2026 года'],
      amount: 150,
    });
    expect(written(Facts, 'Ничего особенного не сказали.')).toEqual({
      date: null,
      day: null,
      place: null,
      secretary: null,
      participants: [],
      deadlines: [],
      amount: null,
    });
  });

  it('is the whole text where that is asked for', () => {
    expect(written(z.object({ text: z.string() }))).toEqual({ text: MEETING });
    expect(written(z.object({ english: z.string() }), 'кот на крыше')).toEqual({ english: 'кот на крыше' });
    expect(written(z.object({ value: z.string() }), MEETING, 'Translate into Kazakh.')).toEqual({
      value: MEETING,
    });
  });

  it('answers a question by the sentences that are about it', () => {
    const text = `Вопрос: какой бюджет?\n<transcript>${MEETING}</transcript>`;
    const { answer } = written(z.object({ answer: z.string() }), text);
    expect(answer).toBe('Бюджет составит 150 тысяч рублей.');
  });

  it('quotes numbered lines under their headings by their numbers', () => {
    const lines = MEETING.split('\n').map((line, n) => `[${n + 1}] ${line}`);
    const form = z.object({
      answer: z.string().nullable(),
      quotes: z.array(z.object({ line: z.number().int(), quote: z.string() })),
    });
    const { answer, quotes } = written(
      form,
      `Question: какой бюджет?\n\nRecording of 2026-03-12: voice\n${lines.join('\n')}`,
    );
    expect(answer).toContain('Бюджет составит 150 тысяч рублей.');
    expect(quotes).toContainEqual({ line: 2, quote: 'Бюджет составит 150 тысяч рублей.' });
  });

  it('comes from all of a long text, its end included', () => {
    const filler = Array.from(
      { length: 2000 },
      (_, n) => `Мы снова говорили о погоде и планах номер ${n % 37}.`,
    );
    for (const place of [0, 700, 1500, 1999]) {
      const sentences = filler.with(place, 'Кодовое слово КАРАВАН-77 названо здесь.');
      const { points } = written(z.object({ points: z.array(z.string()) }), sentences.join(' '));
      expect(points.join(' ')).toContain('КАРАВАН-77');
      expect(points).toHaveLength(5);
      expect(new Set(points).size).toBe(5);
      const order = points.map((point) => sentences.indexOf(point));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });

  it('reads a transcript without punctuation in pieces', () => {
    const words = Array.from({ length: 400 }, (_, n) => `слово${n}`).join(' ');
    const sentences = sentencesOf(words);
    expect(sentences.length).toBeGreaterThan(10);
    expect(sentences.join(' ')).toBe(words);
  });

  it('merges documents over parts without losing anything', () => {
    const Minutes = z.object({
      title: z.string(),
      date: z.string().nullable(),
      decisions: z.array(z.string()),
      tasks: z.array(z.object({ task: z.string(), owner: z.string().nullable() })),
      overview: z.string(),
    });
    const part = (n: number, date: string | null) => ({
      title: `Часть ${n}`,
      date,
      decisions: ['Общее решение', `Решение ${n}`],
      tasks: [{ task: `Задача ${n}`, owner: null }],
      overview: `Обзор ${n}.`,
    });
    expect(written(Minutes, JSON.stringify([part(1, null), part(2, '12 марта')]))).toEqual({
      title: 'Часть 1',
      date: '12 марта',
      decisions: ['Общее решение', 'Решение 1', 'Решение 2'],
      tasks: [
        { task: 'Задача 1', owner: null },
        { task: 'Задача 2', owner: null },
      ],
      overview: 'Обзор 1. Обзор 2.',
    });
  });
});
