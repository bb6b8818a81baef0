import {
  EN,
  hasButton,
  isImage,
  makePhotos,
  orderImages,
  Person,
  type System,
  trainAvatar,
  transcribe,
} from '@aisha/e2e';
import { encodeSpeech } from '@aisha/sandbox';
import { DOINGS, type Doing, MODEL, perSecond } from './model.ts';

export interface Done {
  readonly doing: Doing;
  /** From what somebody sent to what they waited for; null when it did not come. */
  readonly ms: number | null;
  /** Why it did not come, in a line. */
  readonly why?: string;
}

type Act = (person: Person) => Promise<number>;

const WORDS = 'we meet on monday at ten and olga writes the report until friday'.split(' ');
const PATIENCE_MS = 60_000;

/** What people send, made before the clock runs. */
export async function prepareActs(): Promise<Readonly<Record<Doing, Act>>> {
  const photos = await makePhotos(MODEL.photosInAlbum, 700);
  const voices = await Promise.all(
    MODEL.voiceWords.map(async ({ share, words }) => ({
      share,
      bytes: await encodeSpeech(
        Array.from({ length: words }, (_, n) => WORDS[n % WORDS.length] ?? ''),
        { format: 'ogg', wordMs: 500 },
      ),
    })),
  );
  const voice = () => {
    let left = Math.random();
    const found = voices.find(({ share }) => (left -= share) <= 0) ?? voices[0];
    return { bytes: found?.bytes ?? Buffer.alloc(0), name: 'voice.ogg', mime: 'audio/ogg' };
  };
  const since = (begun: number) => performance.now() - begun;
  return {
    async words(person) {
      const begun = performance.now();
      const { id } = await person.write('/help');
      await person.see(() => true, 'an answer', { after: id, timeoutMs: PATIENCE_MS });
      return since(begun);
    },
    async voices(person) {
      const begun = performance.now();
      await transcribe(person, EN, 'voice', voice());
      return since(begun);
    },
    async documents(person) {
      const bytes = Buffer.from('Olga writes the report until Friday. We meet on Monday at ten.');
      const text = await transcribe(person, EN, 'document', { bytes, name: 'note.txt', mime: 'text/plain' });
      const begun = performance.now();
      await person.pressOn(text, EN.summary);
      await person.see((message) => message.id > text.id && !hasButton(message, EN.cancel), 'the document', {
        after: text.id,
        timeoutMs: PATIENCE_MS,
      });
      return since(begun);
    },
    async pictures(person) {
      const begun = performance.now();
      const after = await orderImages(person, EN, `a lighthouse of ${person.id}`);
      await person.see(isImage, 'the picture', { after, timeoutMs: PATIENCE_MS });
      return since(begun);
    },
    async trainings(person) {
      const begun = performance.now();
      await trainAvatar(person, EN, `Avatar ${person.id}`, photos);
      return since(begun);
    },
  };
}

/**
 * People come as they do: each by themselves, whether or not those before them were served. Resolves when everybody who
 * came within `seconds` has what they wanted or has lost patience.
 */
export async function comeAndGo(
  system: System,
  acts: Readonly<Record<Doing, Act>>,
  { users, seconds }: { readonly users: number; readonly seconds: number },
): Promise<Done[]> {
  const done: Done[] = [];
  const under: Promise<void>[] = [];
  let count = 0;
  const begun = performance.now();
  const arrivals = DOINGS.map(async (doing) => {
    const rate = perSecond(doing, users);
    // The time between two arrivals that know nothing of each other.
    for (
      let at = -Math.log(1 - Math.random()) / rate;
      at < seconds;
      at += -Math.log(1 - Math.random()) / rate
    ) {
      await new Promise((resolve) => setTimeout(resolve, begun + at * 1_000 - performance.now()));
      count += 1;
      under.push(act(doing, count));
    }
  });
  const act = async (doing: Doing, n: number) => {
    try {
      const person = await Person.join(system.telegram, `person ${n}`, 'en');
      done.push({ doing, ms: await acts[doing](person) });
    } catch (error) {
      const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      done.push({ doing, ms: null, why });
    }
  };
  await Promise.all(arrivals);
  await Promise.all(under);
  return done;
}
