// Asks the process in this container. Without arguments: its health (exit 0 on 200).
// "metric <name> …" prints the sum of each named metric's samples, "get <path>" an answer as it is.
const base = `http://127.0.0.1:${process.env.PORT ?? 8000}`;
const ask = (path) => fetch(base + path, { signal: AbortSignal.timeout(4_000) });
const [command, ...rest] = process.argv.slice(2);

if (command === 'metric') {
  const lines = (await (await ask('/metrics')).text()).split('\n');
  for (const name of rest) {
    const samples = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    const sum = samples.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    process.stdout.write(`${samples.length === 0 ? 'absent' : sum}\n`);
  }
} else {
  const answer = await ask(command === 'get' ? rest[0] : '/health');
  const body = await answer.text();
  if (command === 'get' || !answer.ok) process.stdout.write(`${answer.status} ${body.slice(0, 4_000)}\n`);
  if (!answer.ok) process.exitCode = 1;
}
