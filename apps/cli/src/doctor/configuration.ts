import {
  ConfigError,
  type Environment,
  loadBotPollingConfig,
  loadEachPart,
  loadWebhookApiConfig,
  loadWorkerConfig,
} from '@aisha/config';
import { trainerFor } from '@aisha/core';
import { isQueueName, queueNames } from '@aisha/queue';
import { reasonOf } from '../reason.ts';
import { failed, type Finding, ok, warning } from './finding.ts';

const WHERE =
  'set them in the environment of the processes (compose and systemd: the env file; npm start: .env); a secret may come from a file named in <NAME>_FILE; .env.example explains them all';

/** What each app would say at its start, and what only shows when values are looked at together. */
export async function checkConfiguration(env: Environment | undefined): Promise<Finding[]> {
  const loaders = {
    'bot-polling': loadBotPollingConfig,
    'webhook-api': loadWebhookApiConfig,
    worker: loadWorkerConfig,
  };
  const findings: Finding[] = [];
  /** An app's wrong variables; a variable that several apps read is told once, with their names. */
  const wrong = new Map<string, { problem: string; expected: string; apps: string[] }>();
  for (const [app, load] of Object.entries(loaders)) {
    try {
      load(env);
      findings.push(ok(app, 'every variable is right'));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const { variable, problem, expected } of error.issues) {
        const known = wrong.get(variable);
        if (known) known.apps.push(app);
        else wrong.set(variable, { problem, expected, apps: [app] });
      }
    }
  }
  for (const [variable, { problem, expected, apps }] of wrong)
    findings.push(failed(variable, `${problem} (${apps.join(', ')})`, `expected ${expected}`));
  if (wrong.size > 0)
    findings.push(failed('start', `refused until ${wrong.size === 1 ? 'it is' : 'they are'} right`, WHERE));
  return [...findings, ...together(env)];
}

function together(env: Environment | undefined): Finding[] {
  const { process: own, telegram, fal } = loadEachPart(env);
  const findings: Finding[] = [];
  if (fal) {
    for (const kind of ['portrait', 'style'] as const) {
      try {
        const { id } = trainerFor(kind, fal.models);
        if (id === 'flux-pro')
          findings.push(
            warning(
              `${kind} model`,
              'flux-pro: FAL has withdrawn it for new training',
              `leave AVATAR_${kind.toUpperCase()}_MODEL empty, unless FAL_QUEUE_URL is a server that still offers it`,
            ),
          );
      } catch (error) {
        findings.push(
          failed(`${kind} model`, reasonOf(error), 'the worker and the bot do not start with it'),
        );
      }
    }
    if (fal.testMode)
      findings.push(
        warning(
          'FAL_TRAINING_TEST_MODE',
          'on: avatars and pictures are simulated, and users are told so',
          'set it to false for the real work',
        ),
      );
    else if (!fal.webhook)
      findings.push(
        warning(
          'FAL_WEBHOOK_URL',
          'empty: results are found by polling alone, minutes later',
          'set it to https://your-domain/webhook/fal/status',
        ),
      );
  }
  const queues = loadWorkerQueues(env).filter((name) => !isQueueName(name));
  if (queues.length > 0)
    findings.push(
      failed('WORKER_QUEUES', `no such queue: ${queues.join(', ')}`, `there are: ${queueNames.join(', ')}`),
    );
  if (telegram && telegram.adminIds.length === 0)
    findings.push(
      warning(
        'TELEGRAM_ADMIN_IDS',
        'empty: nobody is told when a provider locks the account',
        'set it to the Telegram ids of the operators',
      ),
    );
  if (own && own.environment !== 'production')
    findings.push(
      warning('ENVIRONMENT', own.environment, 'on a server set it to production: JSON logs, no test mode'),
    );
  return findings;
}

function loadWorkerQueues(env: Environment | undefined): readonly string[] {
  try {
    return loadWorkerConfig(env).worker.queues ?? [];
  } catch {
    // Told above.
    return [];
  }
}
