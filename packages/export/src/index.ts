export {
  type Block,
  type Hearing,
  inWords,
  type Moment,
  type Point,
  type Spoken,
  type Task,
} from './blocks.ts';
export { hasDays } from './calendar.ts';
export { clock } from './clock.ts';
export { FORMAT_NAMES, type FormatName, formats, isFormat } from './formats.ts';
export type { Paper } from './paper.ts';
export { renderPaper, type Rendered } from './render.ts';
export { speeches } from './speeches.ts';
