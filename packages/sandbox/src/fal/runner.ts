import { setTimeout as sleep } from 'node:timers/promises';
import { download } from './download.ts';
import type { FileStore } from './files.ts';
import { cancelledOutcome, type Job } from './jobs.ts';
import { readLora } from './lora.ts';
import { findModel } from './models/catalogue.ts';
import type { Model, ModelRun } from './models/model.ts';
import { falDetail, modelError, ModelFailure, pathNotFound, succeeded, type Outcome } from './outcome.ts';
import type { FalSettings } from './settings.ts';

interface RunnerParts {
  settings: () => FalSettings;
  files: FileStore;
  /** What a bug of the stand-in itself leaves behind; the job then fails as `internal_server_error`. */
  report: (error: unknown) => void;
}

/** Where a job that is to stall or to fail does so. */
const STALLS_AT = 0.35;
const FAILS_AT = 0.4;

/** Runs one job to its outcome; never throws. */
export function createRunner(parts: RunnerParts) {
  return async (job: Job, signal: AbortSignal, changed: () => void): Promise<Outcome> => {
    const model = findModel(job.model);
    if (model === null) return pathNotFound(job.model.slice(job.app.length + 1));
    try {
      const refusal = refusalFault(job);
      const run = createRun(job, model, signal, changed, parts);
      if (refusal !== null) {
        await run.wait(run.seconds / 2);
        throw refusal;
      }
      const output = await model.run(job.input, run);
      return succeeded(output);
    } catch (error) {
      if (signal.aborted) return cancelledOutcome();
      if (error instanceof ModelFailure) return modelError(error);
      parts.report(error);
      return modelError(
        new ModelFailure(500, [falDetail('internal_server_error', ['body'], 'Internal server error')]),
      );
    }
  };
}

function createRun(
  job: Job,
  model: Model,
  signal: AbortSignal,
  changed: () => void,
  parts: RunnerParts,
): ModelRun {
  const settings = parts.settings();
  const { trainingSeconds, imageSeconds } = settings.timing;
  const early = job.webhookFaults.some((fault) => fault.kind === 'webhook_early');
  const slow = job.faults.find((fault) => fault.kind === 'slow')?.seconds ?? 0;
  const usual = model.kind === 'training' ? trainingSeconds : imageSeconds;
  const lifetimeMs =
    job.fileLifetimeSeconds === null ? null : (job.fileLifetimeSeconds * 1000) / settings.timeScale;
  const gone = job.faults.some((fault) => fault.kind === 'cdn_404');
  return {
    model: job.model,
    requestId: job.requestId,
    signal,
    settings,
    seconds: early ? 0 : usual + slow,
    flagged: job.faults.some((fault) => fault.kind === 'nsfw'),
    fetchFile: (url, loc) => download(url, loc, signal),
    async saveFile(name, contentType, bytes) {
      const slot = await parts.files.put(name, contentType, bytes, lifetimeMs);
      if (gone) parts.files.hide(slot.url);
      return slot;
    },
    saveFinetune: (id, bytes) => parts.files.putFinetune(id, bytes),
    async readFinetune(id) {
      const bytes = await parts.files.readFinetune(id);
      return bytes === null ? null : readLora(bytes);
    },
    log(message, level = 'INFO') {
      job.logs.push({ message, level, source: 'USER', timestamp: new Date().toISOString() });
      changed();
    },
    async wait(seconds) {
      await sleep(seconds * 1000, undefined, { signal });
    },
    async reach(fraction) {
      for (const fault of job.faults) {
        if (fault.kind === 'never_ends' && fraction >= STALLS_AT) await stall(signal);
        if (fault.kind === 'failed' && fraction >= FAILS_AT) {
          throw new ModelFailure(fault.status, [falDetail(fault.type, ['body'], fault.message)]);
        }
      }
    },
  };
}

/** The two refusals that a model gives for what was asked, at result time. */
function refusalFault(job: Job): ModelFailure | null {
  const prompt = promptOf(job.input);
  for (const { kind } of job.faults) {
    if (kind === 'content_policy_violation') {
      const msg =
        'The content could not be processed because it contained material flagged by a content checker.';
      return new ModelFailure(422, [falDetail(kind, ['body', 'prompt'], msg, { input: { prompt } })]);
    }
    if (kind === 'no_media_generated') {
      const msg = 'The model did not generate any media for this request. Try another prompt.';
      return new ModelFailure(422, [falDetail(kind, ['body', 'prompt'], msg, { input: { prompt } })]);
    }
  }
  return null;
}

function promptOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'prompt' in input ? input.prompt : undefined;
}

function stall(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(new Error('aborted', { cause: signal.reason })), {
      once: true,
    });
  });
}
