import { loadBotPollingConfig, secretsOf } from '@aisha/config';
import { createLogger, runMain } from '@aisha/service';
import { compose } from './compose.ts';

await runMain(async () => {
  const config = loadBotPollingConfig();
  return compose(
    config,
    createLogger(config.process, { secrets: secretsOf(), peopleKey: config.telegram.token }),
  );
});
