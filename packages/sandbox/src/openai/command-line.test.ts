import path from 'node:path';
import { execa } from 'execa';
import { OpenAI } from 'openai';
import { expect, it } from 'vitest';
import { createOpenAiControl } from './control.ts';

it('runs as a process of its own, controlled from outside', { timeout: 30_000 }, async () => {
  const child = execa(
    process.execPath,
    [
      '--conditions=@aisha/source',
      path.join(import.meta.dirname, 'main.ts'),
      '--key',
      'sk-one',
      '--clock',
      '2027-03-01',
    ],
    { reject: false },
  );
  try {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await expect.poll(() => said, { timeout: 20_000 }).toMatch(/listening on http:\S+\/v1\n/u);
    const url = /http:\S+/u.exec(said)?.[0] ?? '';
    const client = new OpenAI({ apiKey: 'sk-one', baseURL: url, maxRetries: 0 });
    await expect(client.models.retrieve('whisper-1')).rejects.toMatchObject({ status: 404 });
    const control = createOpenAiControl(url);
    await control.configure({ clock: '2026-11-21' });
    await expect(client.models.retrieve('whisper-1')).resolves.toMatchObject({ id: 'whisper-1' });
    expect(await control.requests()).toHaveLength(2);
    expect((await fetch(new URL('/sandbox/health', url))).status).toBe(200);
  } finally {
    child.kill('SIGTERM');
    expect((await child).exitCode).toBe(0);
  }
});
