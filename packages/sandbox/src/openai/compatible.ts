import type { ModelRow, SpeechAbilities, SpeechFormatName } from './models.ts';
import type { Reply } from './reply.ts';
import type { CompatibleServer } from './servers.ts';

const FORMATS: Readonly<Record<CompatibleServer, readonly SpeechFormatName[]>> = {
  speaches: ['text', 'json', 'verbose_json', 'srt', 'vtt'],
  vllm: ['json', 'text', 'srt', 'verbose_json', 'vtt'],
  localai: ['json', 'verbose_json', 'text', 'srt', 'vtt'],
  // MOSS-Transcribe-Diarize, which has no verbose_json.
  'vllm-diarize': ['json', 'text', 'diarized_json'],
  plain: ['json', 'text'],
};

/** Any model name is the server's own. */
export function compatibleModel(server: CompatibleServer, id: string): ModelRow {
  const speech: SpeechAbilities = {
    formats: FORMATS[server],
    oga: true,
    longest: null,
    streams: false,
    logprobs: false,
    prompt: true,
    usage: 'duration',
    // The rule on chunking is OpenAI's own.
    diarizes: false,
    languages: false,
  };
  return { id, use: 'speech', shutdown: null, reasoning: false, contextTokens: 16_000, speech };
}

/** The answer as this server gives it. */
export function asServer(server: CompatibleServer, reply: Reply): Reply {
  if (reply.kind !== 'json' || reply.status !== 200) return reply;
  const body: Record<string, unknown> = { ...reply.body };
  if (server === 'vllm' && 'duration' in body) body['duration'] = String(body['duration']);
  if (server === 'localai') {
    delete body['words'];
    body['segments'] = nanoseconds(body['segments']);
  }
  return { ...reply, body };
}

/** Its documented sample: `"end": 9640000000`. */
function nanoseconds(segments: unknown): unknown {
  if (!Array.isArray(segments)) return segments;
  return segments.map((segment: unknown) => {
    if (typeof segment !== 'object' || segment === null || !('start' in segment) || !('end' in segment))
      return segment;
    return {
      ...segment,
      start: Math.round(Number(segment.start) * 1e9),
      end: Math.round(Number(segment.end) * 1e9),
    };
  });
}
