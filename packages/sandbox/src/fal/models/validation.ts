import type { z } from 'zod';
import { falDetail, ModelFailure, type ErrorDetail } from '../outcome.ts';

type Issue = z.core.$ZodIssue;
type Location = (string | number)[];

/** Parsed input, or the 422 that FAL's models answer: one entry per fault, FAL's types where it has them. */
export function validateInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new ModelFailure(
    422,
    parsed.error.issues.flatMap((issue) => describe(issue, ['body'], input)),
  );
}

function describe(issue: Issue, at: Location, whole: unknown): ErrorDetail[] {
  const loc = [...at, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  const given = issue.input;
  if (issue.code === 'invalid_type') {
    return given === undefined
      ? [pydantic('missing', loc, 'Field required', whole)]
      : [pydantic(...expectation(issue.expected, loc), given)];
  }
  if (issue.code === 'invalid_value') {
    if (given === undefined) return [pydantic('missing', loc, 'Field required', whole)];
    const more = { ctx: { expected: issue.values }, input: given };
    return [falDetail('one_of', loc, `Input should be one of: ${issue.values.map(String).join(', ')}`, more)];
  }
  if (issue.code === 'too_small') return [tooSmall(issue, loc, given)];
  if (issue.code === 'too_big') return [tooBig(issue, loc, given)];
  if (issue.code === 'invalid_union') {
    // Whoever came further in is what the caller meant.
    const meant = issue.errors.find((list) =>
      list.some(({ path, code }) => path.length > 0 || code === 'custom'),
    );
    return (meant ?? issue.errors[0] ?? []).flatMap((inner) => describe(inner, loc, given));
  }
  return [pydantic('value_error', loc, issue.message, given)];
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>, loc: Location, input: unknown) {
  const limit = Number(issue.minimum);
  if (issue.origin === 'array') {
    const ctx = { min_length: limit };
    return falDetail('sequence_too_short', loc, `At least ${limit} items are needed`, { ctx, input });
  }
  if (issue.origin === 'string')
    return pydantic('string_too_short', loc, `At least ${limit} characters`, input);
  return issue.inclusive
    ? falDetail('greater_than_equal', loc, `Input should be greater than or equal to ${limit}`, {
        ctx: { ge: limit },
        input,
      })
    : falDetail('greater_than', loc, `Input should be greater than ${limit}`, { ctx: { gt: limit }, input });
}

function tooBig(issue: Extract<Issue, { code: 'too_big' }>, loc: Location, input: unknown) {
  const limit = Number(issue.maximum);
  if (issue.origin === 'array') {
    const ctx = { max_length: limit };
    return falDetail('sequence_too_long', loc, `At most ${limit} items are taken`, { ctx, input });
  }
  if (issue.origin === 'string')
    return pydantic('string_too_long', loc, `At most ${limit} characters`, input);
  return issue.inclusive
    ? falDetail('less_than_equal', loc, `Input should be less than or equal to ${limit}`, {
        ctx: { le: limit },
        input,
      })
    : falDetail('less_than', loc, `Input should be less than ${limit}`, { ctx: { lt: limit }, input });
}

function pydantic(type: string, loc: Location, msg: string, input: unknown): ErrorDetail {
  return { loc, msg, type, url: `https://errors.pydantic.dev/2.11/v/${type}`, input };
}

/** pydantic's name and words for "this is not a …". */
function expectation(expected: string, loc: Location): [string, Location, string] {
  switch (expected) {
    case 'string':
      return ['string_type', loc, 'Input should be a valid string'];
    case 'number':
      return ['float_type', loc, 'Input should be a valid number'];
    case 'int':
      return ['int_type', loc, 'Input should be a valid integer'];
    case 'boolean':
      return ['bool_type', loc, 'Input should be a valid boolean'];
    case 'array':
      return ['list_type', loc, 'Input should be a valid list'];
    default:
      return ['model_attributes_type', loc, 'Input should be a valid dictionary'];
  }
}
