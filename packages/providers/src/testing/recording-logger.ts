import type { Logger } from '@aisha/service';

export interface RecordingLogger extends Logger {
  readonly lines: readonly { readonly level: string; readonly message: string; readonly fields: unknown }[];
}

/** Keeps every line as it was given, before any redaction of the real logger. */
export function recordingLogger(): RecordingLogger {
  const lines: { level: string; message: string; fields: unknown }[] = [];
  const at = (level: string) => (message: string, fields?: unknown) => {
    lines.push({ level, message, fields });
  };
  const logger: RecordingLogger = {
    lines,
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: () => logger,
  };
  return logger;
}
