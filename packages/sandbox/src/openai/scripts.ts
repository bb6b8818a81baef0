import { z } from 'zod';

/** What the stand-in is told to say instead of its own answer. */
export const scriptRuleSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('transcript'),
    /** Of the audio file's bytes. */
    sha256: z.string().optional(),
    fileName: z.string().optional(),
    text: z.string(),
    times: z.number().int().min(1).nullable().default(null),
  }),
  z.strictObject({
    kind: z.literal('answer'),
    /** Only when the messages have this. */
    contains: z.string().optional(),
    /** Only for this name of a JSON schema. */
    schemaName: z.string().optional(),
    /** A text, or an object that is sent as JSON. */
    content: z.union([z.string(), z.record(z.string(), z.unknown())]),
    times: z.number().int().min(1).nullable().default(null),
  }),
]);
export type ScriptRule = z.input<typeof scriptRuleSchema>;
type LiveScript = z.output<typeof scriptRuleSchema>;

export interface ScriptBook {
  add(rule: ScriptRule): void;
  clear(): void;
  transcript(file: { sha256: string; name: string }): string | null;
  answer(request: { text: string; schemaName: string | null }): string | null;
}

const fits = (wanted: string | undefined, there: string | null): boolean =>
  wanted === undefined || wanted === there;

export function createScriptBook(): ScriptBook {
  let scripts: LiveScript[] = [];
  const use = (script: LiveScript): void => {
    if (script.times === null) return;
    script.times -= 1;
    if (script.times === 0) scripts = scripts.filter((other) => other !== script);
  };
  return {
    add(rule) {
      scripts.push(scriptRuleSchema.parse(rule));
    },
    clear() {
      scripts = [];
    },
    transcript({ sha256, name }) {
      for (const script of scripts) {
        if (script.kind !== 'transcript' || !fits(script.sha256, sha256) || !fits(script.fileName, name))
          continue;
        use(script);
        return script.text;
      }
      return null;
    },
    answer({ text, schemaName }) {
      for (const script of scripts) {
        if (script.kind !== 'answer' || !fits(script.schemaName, schemaName)) continue;
        if (script.contains !== undefined && !text.includes(script.contains)) continue;
        use(script);
        return typeof script.content === 'string' ? script.content : JSON.stringify(script.content);
      }
      return null;
    },
  };
}
