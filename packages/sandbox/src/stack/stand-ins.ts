import { STAND_IN_BOT, STAND_IN_FAL_KEY, STAND_IN_OPENAI_KEY, STAND_IN_TOKEN } from './environment.ts';

export type StandInName = 'telegram' | 'fal' | 'openai';

/** How each stand-in is told its port, where it keeps its state, and whom it lets in. */
export function standInArguments(name: StandInName, port: number, dataDir: string): string[] {
  const listen = ['--port', String(port)];
  switch (name) {
    case 'telegram':
      return [...listen, '--data', dataDir, '--token', STAND_IN_TOKEN, '--username', STAND_IN_BOT];
    case 'fal':
      return [...listen, '--data', dataDir, '--key', STAND_IN_FAL_KEY];
    case 'openai':
      // It keeps nothing.
      return [...listen, '--key', STAND_IN_OPENAI_KEY];
  }
}
