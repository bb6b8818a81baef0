import { hostname } from 'node:os';
import { z } from 'zod';
import { boolean, integer } from '../variables.ts';
import { type AppName, group } from './group.ts';

export interface ProcessConfig {
  app: AppName;
  environment: 'production' | 'development' | 'test';
  debug: boolean;
  logLevel: 'error' | 'warn' | 'info' | 'debug';
  instanceId: string;
  port: number;
}

const DEFAULT_PORT: Record<AppName, number> = { 'webhook-api': 8000, 'bot-polling': 8080, worker: 8081 };

export const processGroup = group({
  title: 'Process',
  variables: {
    ENVIRONMENT: {
      schema: z
        .string()
        .toLowerCase()
        .pipe(z.enum(['production', 'development', 'test']))
        .default('development'),
      doc: 'Production writes JSON logs and refuses test modes.',
      expected: 'production, development or test',
      example: 'development',
    },
    DEBUG: {
      schema: boolean(false),
      doc: 'Sets LOG_LEVEL to debug.',
      expected: 'true or false',
      example: 'false',
    },
    LOG_LEVEL: {
      schema: z
        .string()
        .toLowerCase()
        .transform((v) => (v === 'warning' ? 'warn' : v === 'critical' ? 'error' : v))
        .pipe(z.enum(['error', 'warn', 'info', 'debug']))
        .default('info'),
      doc: 'How much is logged.',
      expected: 'error, warn, info or debug',
      example: 'info',
    },
    INSTANCE_ID: {
      schema: z
        .string()
        .regex(/^[\w.-]{1,64}$/)
        .optional(),
      doc: 'Name of this process in logs and metrics; by default the host name.',
      expected: '1 to 64 letters, digits, dots, dashes or underscores',
    },
    PORT: {
      schema: integer(1, 65_535, 0),
      doc: 'HTTP port of the process: the API of webhook-api (8000); health and metrics of bot-polling (8080) and worker (8081).',
      expected: 'a port number from 1 to 65535',
    },
  },
  build: (v, _report, app): ProcessConfig => ({
    app,
    environment: v.ENVIRONMENT,
    debug: v.DEBUG,
    logLevel: v.DEBUG ? 'debug' : v.LOG_LEVEL,
    instanceId: v.INSTANCE_ID ?? `${app}-${hostname()}`.slice(0, 64),
    port: v.PORT || DEFAULT_PORT[app],
  }),
});
