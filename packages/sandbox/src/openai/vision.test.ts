import { zodResponseFormat } from 'openai/helpers/zod';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withSandbox } from './testing.ts';

const at = withSandbox();

describe('pictures', () => {
  const solid = (r: number, g: number, b: number) =>
    sharp({ create: { width: 640, height: 480, channels: 3, background: { r, g, b } } })
      .jpeg()
      .toBuffer();
  const dataUrl = (bytes: Buffer, type = 'jpeg') => `data:image/${type};base64,${bytes.toString('base64')}`;
  const look = (url: string) => ({
    model: 'gpt-6-luna',
    messages: [
      {
        role: 'user' as const,
        content: [
          { type: 'text' as const, text: 'Опиши картинку.' },
          { type: 'image_url' as const, image_url: { url } },
        ],
      },
    ],
  });

  it('are looked at as far as a sandbox can', async () => {
    const { choices } = await at.client.chat.completions.create(look(dataUrl(await solid(20, 40, 200))));
    expect(choices[0]?.message.content).toContain('640×480 пикселей, в основном синее');
    const response = await at.client.responses.create({
      model: 'gpt-6-luna',
      input: [
        {
          role: 'user',
          content: [{ type: 'input_image', image_url: dataUrl(await solid(200, 40, 20)), detail: 'auto' }],
        },
      ],
    });
    expect(response.output_text).toContain('640×480');
  });

  it('are judged one by one, magic colours badly', async () => {
    const Photos = z.object({
      photos: z.array(
        z.object({
          index: z.number().int(),
          ok: z.boolean(),
          minor: z.boolean(),
          faces: z.number().int(),
          reason: z.string().nullable(),
        }),
      ),
      samePerson: z.boolean(),
    });
    const pictures = [await solid(120, 110, 100), await solid(0, 0, 255), await solid(0, 255, 0)];
    const completion = await at.client.chat.completions.parse({
      model: 'gpt-6-luna',
      messages: [
        { role: 'system', content: 'Check the photos.' },
        {
          role: 'user',
          content: pictures.map((bytes) => ({ type: 'image_url', image_url: { url: dataUrl(bytes) } })),
        },
      ],
      response_format: zodResponseFormat(Photos, 'photos'),
    });
    expect(completion.choices[0]?.message.parsed?.photos).toEqual([
      { index: 0, ok: true, minor: false, faces: 1, reason: null },
      { index: 1, ok: false, minor: true, faces: 1, reason: 'minor' },
      { index: 2, ok: false, minor: false, faces: 0, reason: 'no-face' },
    ]);
  });

  it.each([
    ['no base64', 'data:image/png;base64,%%%', 'invalid_base64'],
    ['no picture', dataUrl(Buffer.from('not a picture')), 'invalid_image_format'],
    ['no address', 'file:///etc/passwd', 'invalid_image_url'],
    ['an address that is not there', 'http://127.0.0.1:9/none.jpg', 'invalid_image_url'],
    [
      'a format that is not taken',
      `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>').toString('base64')}`,
      'invalid_image_format',
    ],
  ])('%s is refused', async (_name, url, code) => {
    const response = await at.post('/chat/completions', look(url));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code } });
  });
});
