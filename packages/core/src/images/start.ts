import { avatars, type FailureReason } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { eq, inArray } from 'drizzle-orm';
import type { Avatar } from '../avatars/avatars.ts';
import { judgePeople } from '../avatars/instant.ts';
import { sendModelFile } from '../avatars/model-file.ts';
import { photosOf, sendPicture } from '../avatars/sent-photos.ts';
import type { FalRequest, Prepared } from '../fal/order.ts';
import { type Editor, REFERENCE_PIXELS } from '../fal/models/editor.ts';
import { generatorFor, groupPortraitistFor, portraitistFor, type Quality } from '../fal/models/index.ts';
import { noteProgress } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import type { Order } from '../unit.ts';
import { type Aspect, ASPECTS } from './aspects.ts';
import { imageInput } from './images.ts';
import { englishPrompt, judgePrompt, promptWithAvatar, promptWithSitters, reviewPrompt } from './prompt.ts';
import { likeReference } from './reference.ts';
import { refusedWords } from './refused-words.ts';

/** Checks and translates the prompt, and makes ready whom it shows. */
export async function prepareImages(parts: WorkerParts, order: Order, run: Run): Promise<Prepared> {
  const input = imageInput.parse(order.input);
  const people = await peopleOf(parts, [order.subjectId, ...(input.others ?? [])]);
  const checked = await checkWords(parts, order, input.prompt, run);
  const objection = checked ?? (await judgePeople(parts, order, people, run));
  if (objection) return { kind: 'refused', reason: objection };
  const like = input.reference ? await likeReference(parts, order, input.reference, run) : '';
  if (typeof like !== 'string') return { kind: 'refused', reason: like.refused };
  const words = await englishPrompt(parts, order, input.prompt, { enrich: input.enrich, signal: run.signal });
  const prompt = [words, like].filter(Boolean).join('. ');
  return requestsFor(parts, { ...input, people, scenes: [prompt] }, run.signal);
}

/** What stands in the way of drawing somebody's words; null: nothing. While the judge is silent, that is what is said. */
export async function checkWords(
  parts: WorkerParts,
  order: Order,
  words: string,
  run: Run,
): Promise<FailureReason | null> {
  if (order.progress?.stage !== 'provider_silent')
    await noteProgress(parts, order.id, { stage: 'checking_prompt' });
  if (words === '') return null;
  return (
    (await judgePrompt(parts, order, words, run)) ??
    refusedWords(words) ??
    (await reviewPrompt(parts, order, words, run.signal))
  );
}

/** In the order of their ids; whoever was deleted meanwhile is left out. */
export async function peopleOf(
  parts: Pick<WorkerParts, 'db'>,
  ids: readonly (string | null)[],
): Promise<Avatar[]> {
  const wanted = ids.filter((id) => id !== null);
  if (wanted.length === 0) return [];
  const rows = await parts.db.select().from(avatars).where(inArray(avatars.id, wanted));
  return wanted.flatMap((id) => rows.find((row) => row.id === id) ?? []);
}

export interface Wanted {
  readonly people: readonly Avatar[];
  /** In English; several are drawn `count` times each. */
  readonly scenes: readonly string[];
  readonly aspect: Aspect;
  readonly count: number;
  readonly seed: number;
  readonly quality?: Quality | undefined;
}

/** What FAL is asked for these images: by an avatar's own model, or from photos of those who have none or are several. */
export async function requestsFor(
  parts: WorkerParts,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Prepared> {
  const { people, quality = 'standard' } = wanted;
  const [first] = people;
  const { models } = parts.config.fal;
  if (people.length > 1 || first?.instant) {
    const model =
      people.length > 1
        ? groupPortraitistFor(models, quality, people.length)
        : portraitistFor(models, quality);
    return model === null
      ? { kind: 'refused', reason: 'provider_model' }
      : fromPhotos(parts, wanted, model, signal);
  }
  const avatar = first ?? null;
  const model = generatorFor(avatar?.model ?? null, models, quality);
  const address = avatar ? await modelAddress(parts, avatar, signal) : null;
  return requests(wanted, model.perRequest, (prompt, count, seed) => {
    const { aspect } = wanted;
    const sent = promptWithAvatar(prompt, avatar);
    return {
      model,
      input: model.buildInput({
        prompt: sent,
        model: address,
        size: ASPECTS[aspect],
        aspect,
        count,
        seed,
      }),
    };
  });
}

/** One request for as many images as the model makes at once, each with a seed of its own. */
function requests(
  { scenes, count, seed }: Wanted,
  perRequest: number,
  build: (prompt: string, count: number, seed: number) => FalRequest,
): Prepared {
  const all = scenes.flatMap((scene, n) =>
    Array.from({ length: Math.ceil(count / perRequest) }, (_request, at) =>
      build(scene, Math.min(perRequest, count - at * perRequest), seed + n * 1_000 + at * 10),
    ),
  );
  return { kind: 'requests', requests: all };
}

/** Photos of one person that are sent: more make the face no more alike, and some models bill each. */
const MOST_OF_ONE = 4;

async function fromPhotos(
  parts: WorkerParts,
  wanted: Wanted,
  model: Editor,
  signal: AbortSignal,
): Promise<Prepared> {
  const { people, aspect } = wanted;
  const most = Math.min(MOST_OF_ONE, Math.floor(model.pictures / people.length));
  const from: string[] = [];
  const sitters: { subject: Avatar['subject']; pictures: number }[] = [];
  for (const person of people) {
    const sent = await sendPhotos(parts, person, most, signal);
    if (sent.length === 0) return { kind: 'refused', reason: 'no_photos_left' };
    from.push(...sent);
    sitters.push({ subject: person.subject, pictures: sent.length });
  }
  return requests(wanted, model.perRequest, (prompt, count, seed) => ({
    model,
    input: model.buildInput({
      prompt: promptWithSitters(prompt, sitters),
      from,
      size: ASPECTS[aspect],
      aspect,
      count,
      seed,
    }),
  }));
}

async function sendPhotos(parts: WorkerParts, person: Avatar, most: number, signal: AbortSignal) {
  const sent: string[] = [];
  for (const key of await photosOf(parts, person, most)) {
    const photo = await parts.storage.get('avatars', key, { signal });
    const url = photo && (await sendPicture(parts, photo, { pixels: REFERENCE_PIXELS, signal }));
    if (url) sent.push(url);
  }
  return sent;
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
