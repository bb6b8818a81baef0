import { STAND_IN_BOT, STAND_IN_FAL_KEY, STAND_IN_OPENAI_KEY, STAND_IN_TOKEN } from './environment.ts';

export type StandInName = 'telegram' | 'fal' | 'openai';

/** How each stand-in is told its port, where it keeps its state, and whom it lets in. */
export function standInArguments(name: StandInName, port: number, dataDir: string): string[] {
  const common = ['--port', String(port), '--data', dataDir];
  switch (name) {
    case 'telegram':
      return [...common, '--token', STAND_IN_TOKEN, '--username', STAND_IN_BOT];
    case 'fal':
      return [...common, '--key', STAND_IN_FAL_KEY];
    case 'openai':
      return [...common, '--key', STAND_IN_OPENAI_KEY];
  }
}
