import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { MAGIC_COLOURS, type MagicImage } from './images.ts';
import { CATEGORIES } from './moderation.ts';
import { withSandbox } from './testing.ts';

const at = withSandbox();
const moderate = async (input: Parameters<typeof at.client.moderations.create>[0]['input']) =>
  (await at.client.moderations.create({ model: 'omni-moderation-latest', input })).results;

async function picture(name: MagicImage | null) {
  const [r, g, b] = name === null ? [90, 100, 110] : MAGIC_COLOURS[name];
  const bytes = await sharp({ create: { width: 300, height: 300, channels: 3, background: { r, g, b } } })
    .jpeg({ quality: 70 })
    .toBuffer();
  return {
    type: 'image_url' as const,
    image_url: { url: `data:image/jpeg;base64,${bytes.toString('base64')}` },
  };
}

describe('moderation', () => {
  it('scores all thirteen categories and flags none of harmless text', async () => {
    const [result] = await moderate('Мой портрет на фоне моря');
    expect(result?.flagged).toBe(false);
    expect(Object.keys(result?.categories ?? {}).toSorted()).toEqual([...CATEGORIES].toSorted());
    expect(CATEGORIES).toHaveLength(13);
    for (const score of Object.values(result?.category_scores ?? {})) {
      expect(score).toBeGreaterThan(0);
      expect(score).toBeLessThan(0.01);
    }
    expect(result?.category_applied_input_types['sexual/minors']).toEqual(['text']);
  });

  it.each(CATEGORIES)('flags %s by its magic word', async (category) => {
    const [result] = await moderate(`портрет flag:${category}`);
    expect(result?.flagged).toBe(true);
    expect(result?.categories[category]).toBe(true);
    expect(result?.category_scores[category]).toBeGreaterThan(0.9);
    expect(Object.values(result?.categories ?? {}).filter(Boolean)).toHaveLength(1);
  });

  it('flags plain bad words in Russian and English', async () => {
    const results = await moderate(['голая женщина', 'a nude woman', 'кровавая резня', 'убитая горем вдова']);
    expect(results.map(({ flagged }) => flagged)).toEqual([true, true, true, false]);
  });

  it('gives a result for each string, one for text and pictures together', async () => {
    expect(await moderate(['a', 'b', 'c'])).toHaveLength(3);
    const together = await moderate([{ type: 'text', text: 'портрет' }, await picture('sexual')]);
    expect(together).toHaveLength(1);
    expect(together[0]?.category_applied_input_types.sexual).toEqual(['text', 'image']);
    expect(together[0]?.categories.sexual).toBe(true);
  });

  it('looks at pictures for six categories, never for sexual/minors', async () => {
    const [minor] = await moderate([await picture('minor')]);
    expect(minor?.flagged).toBe(false);
    expect(minor?.category_applied_input_types['sexual/minors']).toEqual([]);
    const applied = Object.entries(minor?.category_applied_input_types ?? {}).filter(
      ([, types]) => types.length > 0,
    );
    expect(applied.map(([category]) => category).toSorted()).toEqual([
      'self-harm',
      'self-harm/instructions',
      'self-harm/intent',
      'sexual',
      'violence',
      'violence/graphic',
    ]);
    expect((await moderate([await picture('violence')]))[0]?.categories['violence/graphic']).toBe(true);
    expect((await moderate([await picture(null)]))[0]?.flagged).toBe(false);
  });

  it('needs no model and refuses a picture that is none', async () => {
    const response = await at.post('/moderations', { input: 'привет' });
    expect(await response.json()).toMatchObject({ model: 'omni-moderation-latest' });
    const broken = await at.post('/moderations', {
      input: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
    });
    expect(broken.status).toBe(400);
    expect((await at.post('/moderations', {})).status).toBe(400);
  });
});

describe('models', () => {
  const ids = async () => (await at.client.models.list()).data.map(({ id }) => id);
  const now = (clock: string) => at.sandbox.control.configure({ clock });

  it('are listed with the date of their end', async () => {
    await now('2026-11-21');
    const { data } = await at.client.models.list();
    const byId = new Map(data.map((model) => [model.id, model.shutdown_date]));
    expect(byId.get('gpt-transcribe')).toBeNull();
    expect(byId.get('gpt-6-luna')).toBeNull();
    expect(byId.get('whisper-1')).toBe('2027-02-26');
    expect(byId.get('gpt-4o-mini')).toBe('2027-01-14');
    expect(byId.get('gpt-5-mini')).toBe('2026-12-11');
    expect(byId.has('gpt-4-turbo')).toBe(false);
    expect(await at.client.models.retrieve('whisper-1')).toMatchObject({
      object: 'model',
      shutdown_date: '2027-02-26',
    });
  });

  it('end on their day', async () => {
    const chat = () =>
      at.client.chat.completions.create({
        model: 'gpt-4o-mini',
        messages: [{ role: 'user', content: 'Привет' }],
      });
    await now('2027-01-13T23:59:59Z');
    await expect(chat()).resolves.toBeDefined();
    await now('2027-01-14T00:00:00Z');
    await expect(chat()).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    expect(await ids()).toContain('whisper-1');
    await now('2027-02-26');
    expect(await ids()).not.toContain('whisper-1');
    await expect(at.client.models.retrieve('whisper-1')).rejects.toMatchObject({ status: 404 });
    expect(await ids()).toContain('gpt-transcribe');
  });

  it('serve their own routes only', async () => {
    const wrong = at.client.chat.completions.create({
      model: 'whisper-1',
      messages: [{ role: 'user', content: 'a' }],
    });
    await expect(wrong).rejects.toMatchObject({ status: 400, param: 'model' });
    await expect(at.client.models.retrieve('gpt-9')).rejects.toMatchObject({ code: 'model_not_found' });
  });
});
