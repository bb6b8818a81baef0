import type { CompatibleServer } from './servers.ts';
import type { ScriptBook } from './scripts.ts';

/** What a route answers with. */
export type Reply =
  | { kind: 'json'; status: number; body: object }
  | { kind: 'text'; status: number; contentType: string; text: string }
  | { kind: 'events'; events: Iterable<string> };

/** What a route needs of the server around it. */
export interface RouteContext {
  now(): Date;
  server: CompatibleServer | null;
  scripts: ScriptBook;
  msPerAudioMinute: number;
  pause(ms: number): Promise<void>;
  /** Tells the journal how long the audio was. */
  heardSeconds(seconds: number): void;
}

export const sseData = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

export const sseEvent = (value: { type: string; [member: string]: unknown }): string =>
  `event: ${value.type}\n${sseData(value)}`;
