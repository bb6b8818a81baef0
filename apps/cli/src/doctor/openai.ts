import { createOpenAiClient, type ModelReport } from '@aisha/providers';
import { silentLogger } from '@aisha/service';
import { refusedWork } from './account.ts';
import { type Check, failed, type Finding, ok, unconfigured, warning } from './finding.ts';
import { tryModels } from './openai-trials.ts';

/** A model's end is told this long before. */
const SOON_DAYS = 120;

const VARIABLE: Record<ModelReport['use'], string> = {
  text: 'OPENAI_MODEL',
  speech: 'OPENAI_TRANSCRIBE_MODEL',
  vision: 'OPENAI_VISION_MODEL',
  moderation: 'OPENAI_MODERATION_MODEL',
};

export const checkOpenAi: Check = async ({ openai: config, database }) => {
  if (!config) return unconfigured('OpenAI');
  // The list is asked for by a client that logs why it failed and goes on.
  let refusal: Readonly<Record<string, unknown>> | undefined;
  const log = { ...silentLogger, warn: (_message: string, fields = {}) => void (refusal = fields) };
  const openai = createOpenAiClient({ config, log });
  const models = await openai.describeModels();
  const host = new URL(config.baseUrl).host;
  const access = refusal ? noList(host, refusal) : ok('key accepted', `${host} lists its models`);
  const account = await refusedWork(database, 'openai', 'see the balance and the limits of the account');
  const found = [access, ...account];
  if (access.verdict === 'failed') return found;
  const tried = await tryModels(createOpenAiClient({ config, log: silentLogger }));
  return [...found, ...models.flatMap((model) => together(model, tried))];
};

/** Some servers list a part of what they serve: what was tried weighs more than the list, which names what to take instead. */
function together(model: ModelReport, tried: Awaited<ReturnType<typeof tryModels>>): Finding[] {
  const listed = judge(model);
  const trial = tried.find(({ use }) => use === model.use)?.finding;
  if (!trial) return [listed];
  if (model.offered !== false) return [listed, trial];
  return trial.verdict === 'failed' ? [listed] : [trial];
}

function noList(host: string, refusal: Readonly<Record<string, unknown>>): Finding {
  const said = [refusal['kind'], refusal['code'], refusal['why'] ?? refusal['message']]
    .filter((part) => typeof part === 'string')
    .join(', ');
  // A compatible server need not list its models, but it answers.
  return refusal['kind'] === 'refused' && refusal['code'] !== 'account' && refusal['code'] !== 'country'
    ? warning('key accepted', `${host} does not list its models (${said})`, 'what is tried below counts')
    : failed(
        'key accepted',
        `${host}: ${said}`,
        'see OPENAI_API_KEY and OPENAI_BASE_URL, the balance of the account, and whether its region is allowed',
      );
}

/** Whether a configured model can be used, and how long. */
export function judge(
  { use, model, offered, similar, shutdownDate }: ModelReport,
  now = Date.now(),
): Finding {
  const what = `${use} model`;
  if (offered === false)
    return failed(
      what,
      `${model} is not offered${similar.length > 0 ? `, but ${similar.slice(0, 5).join(', ')}` : ''}`,
      `set ${VARIABLE[use]} to a model that the server offers to this key`,
    );
  const listed = offered === null ? `${model} (not known whether it is offered)` : model;
  if (shutdownDate === null) return ok(what, listed);
  const days = Math.floor((Date.parse(shutdownDate) - now) / 86_400_000);
  const mend = `set ${VARIABLE[use]} to a newer one in time`;
  if (days < 0) return failed(what, `${model} was shut down on ${shutdownDate}`, mend);
  return days <= SOON_DAYS
    ? warning(what, `${model} is shut down on ${shutdownDate}, in ${days} days`, mend)
    : ok(what, `${listed}, until ${shutdownDate}`);
}
