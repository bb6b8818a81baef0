import type { WorkerParts } from '../parts.ts';

/** The text model, as what may refuse: whose work documents, answers and titles are. */
export const writing = ({ openai }: Pick<WorkerParts, 'openai'>) =>
  ({ provider: 'openai', use: 'text', model: openai.models.text }) as const;
