import { avatars } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { generator, trainer } from '../avatars/models.ts';
import { createFalJob, findFalJobOfOrder, submitFalJob } from '../fal/jobs.ts';
import { failOrder, noteProgress, type Order } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { imageInput } from './images.ts';
import { englishPrompt, promptAllowed, promptWithAvatar } from './prompt.ts';

/** Job: checks and translates the prompt and submits the drawing, once. */
export async function startImages(parts: WorkerParts, order: Order, run: Run): Promise<void> {
  const existing = await findFalJobOfOrder(parts, order.id);
  if (existing) return submitFalJob(parts, existing, run);

  const input = imageInput.parse(order.input);
  const [avatar] = order.subjectId
    ? await parts.db.select().from(avatars).where(eq(avatars.id, order.subjectId))
    : [undefined];
  await noteProgress(parts, order.id, { stage: 'checking_prompt' });
  if (!(await promptAllowed(parts.openai, input.prompt, run.signal)))
    return transact(parts, async (unit) => void (await failOrder(unit, order.id, 'content_policy')));

  const sent = promptWithAvatar(await englishPrompt(parts.openai, input.prompt, run.signal), avatar ?? null);
  const row = generator((avatar?.model ? trainer(avatar.model)?.generator : undefined) ?? 'flux-lora');
  const job = await createFalJob(parts, {
    orderId: order.id,
    kind: 'generation',
    model: row.endpoint,
    input: row.buildInput({
      prompt: sent,
      model: avatar?.modelUrl ?? null,
      aspect: input.aspect,
      count: input.count,
      seed: input.seed,
    }),
  });
  await noteProgress(parts, order.id, { stage: 'submitting' });
  await submitFalJob(parts, job, run);
}
