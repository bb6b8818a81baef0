import { shorten } from '@aisha/service';
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import type { AnyParser } from './parser.ts';
import { type Answer, ANSWERS_FD, request } from './protocol.ts';

/** The child's whole life: one file after the other, until its parent closes the pipe or is gone. */
export async function serve(parsers: readonly AnyParser[]): Promise<void> {
  for await (const line of lines(process.stdin)) say(await handle(parsers, line));
}

/** `readline` also ends lines where JSON does not. */
async function* lines(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of input) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.toString('utf8', 0, end);
      rest = rest.subarray(end + 1);
    }
  }
}

async function handle(parsers: readonly AnyParser[], line: string): Promise<Answer> {
  const cpu = process.cpuUsage();
  forgetPeak();
  const spent = () => {
    const { user, system } = process.cpuUsage(cpu);
    return { cpuMs: (user + system) / 1_000, peakBytes: peak() };
  };
  try {
    const { parser, folder, input } = request.parse(JSON.parse(line));
    process.chdir(folder);
    const found = parsers.find(({ name }) => name === parser);
    if (!found) throw new Error(`there is no parser ${parser}`);
    return { kind: 'ok', value: await found.run(input), spent: spent() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return { kind: 'failed', message: shorten(message, 2_000), code: code.slice(0, 64), spent: spent() };
  }
}

/** Straight to the descriptor: an answer is there whole before the next file begins. */
function say(answer: Answer): void {
  let rest = Buffer.from(`${JSON.stringify(answer)}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSync(ANSWERS_FD, rest));
}

/** The kernel's highest resident size counts from here on. */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not allowed here: then the peak is the process's.
  }
}

function peak(): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1_024;
}
