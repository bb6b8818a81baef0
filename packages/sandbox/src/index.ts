export * from './telegram/index.ts';
export * from './services/index.ts';
export * from './speech/index.ts';
export * from './fal/index.ts';
export * from './stack/index.ts';
export * from './openai/index.ts';
export * from './elevenlabs/index.ts';
