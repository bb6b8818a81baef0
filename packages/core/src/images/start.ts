import { avatars } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { eq } from 'drizzle-orm';
import type { Avatar } from '../avatars/avatars.ts';
import { sendModelFile } from '../avatars/model-file.ts';
import type { Prepared } from '../fal/order.ts';
import { generatorFor } from '../fal/models/index.ts';
import { noteProgress } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import type { Order } from '../unit.ts';
import { ASPECTS } from './aspects.ts';
import { imageInput } from './images.ts';
import { englishPrompt, judgePrompt, promptWithAvatar } from './prompt.ts';

/** Checks and translates the prompt. */
export async function prepareImages(parts: WorkerParts, order: Order, run: Run): Promise<Prepared> {
  const input = imageInput.parse(order.input);
  const [avatar] = order.subjectId
    ? await parts.db.select().from(avatars).where(eq(avatars.id, order.subjectId))
    : [undefined];
  // While the judge does not answer, that is what is said.
  if (order.progress?.stage !== 'provider_silent')
    await noteProgress(parts, order.id, { stage: 'checking_prompt' });
  const objection = await judgePrompt(parts, order, input.prompt, run);
  if (objection) return { kind: 'refused', reason: objection };

  const sent = promptWithAvatar(await englishPrompt(parts, order, input.prompt, run.signal), avatar ?? null);
  const model = generatorFor(avatar?.model ?? null, parts.config.fal.models);
  const request = model.buildInput({
    prompt: sent,
    model: avatar ? await modelAddress(parts, avatar, run.signal) : null,
    size: ASPECTS[input.aspect],
    aspect: input.aspect,
    count: input.count,
    seed: input.seed,
  });
  return { kind: 'request', request: { model, input: request } };
}

/** FAL keeps files for a week at least; until then its own copy is surely there. */
const SURE_MS = 5 * 24 * 3_600_000;

/** Where FAL finds the model: its own copy, or ours uploaded anew once its is gone. */
async function modelAddress(parts: WorkerParts, avatar: Avatar, signal: AbortSignal): Promise<string | null> {
  const { modelUrl, modelKey, trainedAt } = avatar;
  if (modelUrl === null || modelKey === null || (trainedAt && Date.now() - trainedAt.getTime() < SURE_MS))
    return modelUrl;
  // One byte tells whether it is there: a file that is announces a larger size.
  const probe = await parts.fal.download(modelUrl, { maxBytes: 1, signal });
  if (probe.kind !== 'gone') return modelUrl;
  const upload = await sendModelFile(parts, { id: avatar.id, modelKey }, signal);
  if (!upload) throw new Error(`the model of avatar ${avatar.id} is neither at FAL nor in our bucket`);
  if (upload.kind !== 'ok') throw new TransientError('the model cannot be uploaded to FAL now');
  await parts.db.update(avatars).set({ modelUrl: upload.url }).where(eq(avatars.id, avatar.id));
  return upload.url;
}
