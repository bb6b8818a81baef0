import {
  ConfigError,
  type Environment,
  type FalConfig,
  loadBotPollingConfig,
  loadEachPart,
  loadWebhookApiConfig,
  loadWorkerConfig,
} from '@aisha/config';
import { modelAt, modelProblems, trainerFor } from '@aisha/core';
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
    findings.push(...models(fal));
    if (fal.testMode)
      findings.push(
        warning(
          'FAL_TRAINING_TEST_MODE',
          'on: avatars and images are simulated, and users are told so',
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

/** What the worker and the bot would refuse at their start, and what will be so some day. */
function models(fal: FalConfig): Finding[] {
  try {
    const refused = modelProblems(fal).map((problem) =>
      failed('models', problem, 'the worker does not start with it'),
    );
    const ending = (['portrait', 'style'] as const).flatMap((kind) => {
      const { name, shutdown } = trainerFor(kind, fal.models);
      return shutdown === null ? [] : [{ kind, end: `${name}: FAL's end for new training: ${shutdown}` }];
    });
    const unknown = Object.keys(fal.prices).filter((endpoint) => !modelAt(endpoint));
    return [
      ...refused,
      ...ending.map(({ kind, end }) =>
        warning(
          `${kind} model`,
          end,
          `leave AVATAR_${kind.toUpperCase()}_MODEL empty, unless FAL_QUEUE_URL is a server that still offers it`,
        ),
      ),
      ...unknown.map((endpoint) =>
        warning('FAL_PRICES', `names ${endpoint}, which is no model that Aisha uses`, 'take it out'),
      ),
    ];
  } catch (error) {
    return [failed('models', reasonOf(error), 'the worker and the bot do not start with it')];
  }
}

function loadWorkerQueues(env: Environment | undefined): readonly string[] {
  try {
    return loadWorkerConfig(env).worker.queues ?? [];
  } catch {
    // Told above.
    return [];
  }
}
