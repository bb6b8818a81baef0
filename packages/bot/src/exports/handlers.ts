import { failOrderOf } from '@aisha/core';
import type { JobHandlers } from '@aisha/queue';
import { type ExportParts, makeExport } from './make.ts';

export const exportHandlers = (parts: ExportParts) =>
  ({
    'export.make': {
      handle: ({ exportId }, run) => makeExport(parts, exportId, run),
      giveUp: ({ exportId }) => failOrderOf(parts, 'export', exportId),
    },
  }) satisfies Partial<JobHandlers>;
