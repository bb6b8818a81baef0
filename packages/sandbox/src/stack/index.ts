export { inspectProcess } from '../services/proc.ts';
export { type AppName, type Mode } from './environment.ts';
export { type StackEvent, type StackProcess } from './process.ts';
export { PARTS, readSettings, realParts, type Part, type Settings } from './settings.ts';
export { startStack, type Stack, type StackOptions } from './stack.ts';
