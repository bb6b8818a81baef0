export { atMost } from './at-most.ts';
export { batched } from './batched.ts';
export {
  createLogger,
  silentLogger,
  type LogFields,
  type Logger,
  type LoggerOptions,
} from './logging/logger.ts';
export { pseudonymOf } from './logging/people.ts';
export { createRedactor, type Redactor } from './logging/redact.ts';
export {
  createMetrics,
  type FalWebhookOutcome,
  type LabelledCounter,
  type LabelledGauge,
  type LabelledHistogram,
  type Metrics,
  type PlainCounter,
  type PlainGauge,
  type PlainHistogram,
  type Provider,
} from './metrics/metrics.ts';
export {
  createHealth,
  HealthProblem,
  type CheckResult,
  type Health,
  type HealthCheck,
  type HealthOptions,
  type HealthReport,
  type LiveReport,
  type LiveVerdict,
  type ReadyReport,
} from './health/health.ts';
export {
  createHealthHandler,
  startHealthServer,
  type HealthAnswer,
  type HealthHandler,
  type HealthServer,
  type HealthServerOptions,
} from './health/server.ts';
export {
  createLifecycle,
  exitCodes,
  type ExitCode,
  type Lifecycle,
  type LifecycleOptions,
  type ProcessHost,
  type StopStep,
} from './stopping/lifecycle.ts';
export {
  createProgressWatch,
  evaluateProgress,
  type ProgressLimits,
  type ProgressObservation,
  type ProgressState,
  type ProgressVerdict,
  type ProgressWatch,
  type ProgressWatchOptions,
} from './stopping/progress.ts';
export { StartRefusal, TransientError, UserError, type UserErrorParams } from './errors/errors.ts';
export { classifyError, retryAfterOf, userErrorOf, type Fault } from './errors/classify.ts';
export { describeError, errorLine, type ErrorDescription, WITHHELD } from './errors/describe.ts';
export { retryTransient, type RetryOptions } from './errors/retry.ts';
export { untilAborted, withDeadline } from './deadline.ts';
export { runMain } from './stopping/main.ts';
export { charactersOf, shorten, type ShortenOptions } from './text/shorten.ts';
export { canBeSeen, isolated } from './text/seen.ts';
export { storable, storableJson } from './text/storable.ts';
export { untilDone } from './until-done.ts';
