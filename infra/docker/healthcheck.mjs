// The container's health is what the process says about itself and what it needs: 200 on /health.
const answer = await fetch(`http://127.0.0.1:${process.env.PORT ?? 8000}/health`, {
  signal: AbortSignal.timeout(4_000),
});
if (!answer.ok) {
  process.stdout.write(`${answer.status} ${(await answer.text()).slice(0, 500)}\n`);
  process.exit(1);
}
