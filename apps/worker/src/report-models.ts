import type { OpenAiClient } from '@aisha/providers';
import type { Logger } from '@aisha/service';

/** Says at the start which configured models end some day or are not offered, and whether images can be judged. */
export async function reportModels(openai: OpenAiClient, log: Logger, signal: AbortSignal): Promise<void> {
  for (const report of await openai.describeModels({ signal })) {
    if (report.shutdownDate !== null) log.warn('a configured model will be shut down', { ...report });
    if (report.offered === false) log.warn('the server does not offer a configured model', { ...report });
    if (report.use !== 'moderation') continue;
    // The endpoint costs nothing, and without it no image is drawn.
    const verdict = await openai.moderate({ text: 'a lighthouse', signal });
    if (verdict.kind === 'refused')
      log.error('no image will be drawn: nobody can judge descriptions; see OPENAI_MODERATION', {
        model: report.model,
        code: verdict.code,
      });
  }
}
