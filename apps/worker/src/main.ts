import { loadWorkerConfig, secretsOf } from '@aisha/config';
import { createLogger, runMain } from '@aisha/service';
import { compose } from './compose.ts';

await runMain(async () => {
  const config = loadWorkerConfig();
  return compose(
    config,
    createLogger(config.process, { secrets: secretsOf(), peopleKey: config.telegram.token }),
  );
});
