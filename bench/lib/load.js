// Load generator, a process of its own: keeps connections alive, sends requests that are cut from prepared text, and measures each answer
// by its status line. Written on sockets, because an HTTP client would take more of the processors than the server under test.
// Takes { port, tokens, connections, depth, seconds, rate, total, groups, offset, keepTimes } from its parent and answers with what it saw;
// with `keepTimes` also when each alert was answered: [n, milliseconds since the epoch].
import { connect } from 'node:net';

const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0;

const HOST = 'host-#########';
const DIGITS = 9;
const labels = { alertname: 'HighRequestLatency', cluster: 'eu-1', instance: HOST, severity: 'critical', team: 'shop' };
const body = JSON.stringify({
  receiver: 'tocsin',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels,
      annotations: { summary: `Requests on ${HOST} take longer than a second`, runbook_url: 'https://wiki.example.net/latency' },
      startsAt: '2026-01-15T10:20:30.118Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'https://prometheus.example.net/graph?g0.expr=latency',
      fingerprint: 'a7b1c2d3e4f50617',
    },
  ],
  groupLabels: { alertname: 'HighRequestLatency', instance: HOST },
  commonLabels: labels,
  commonAnnotations: { runbook_url: 'https://wiki.example.net/latency' },
  externalURL: 'https://alertmanager.example.net',
  version: '4',
  groupKey: `{}:{alertname="HighRequestLatency", instance="${HOST}"}`,
  truncatedAlerts: 0,
});
const pieces = body.split('#'.repeat(DIGITS));
const rest = ` HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;

/** The number that an alert names: its own, or that of one of a few groups, which no other alert has. */
const numberOf = (n, groups) => (groups === null ? n : 900_000_000 + (n % groups));

const requestText = (token, number) =>
  `POST /integrations/v1/alertmanager/${token}/${rest}${pieces.join(String(number).padStart(DIGITS, '0'))}`;

const HEAD = Buffer.from('HTTP/1.1 ');

function run({ port, tokens, connections, depth, seconds, rate, total, groups, offset, keepTimes }) {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    const nowMs = () => performance.now() - startedMs;
    const latencies = [];
    const times = keepTimes ? [] : undefined;
    const statuses = {};
    let sent = 0;
    let answered = 0;
    let open = connections;
    const isOver = () => (total === null ? nowMs() >= seconds * 1000 : sent >= total);
    const idle = [];
    let due = []; // with a rate: when each request should have gone, so that a server that stalls is charged for the stall
    let dueFrom = 0;
    const nothingDue = () => dueFrom >= due.length;
    const finish = () => {
      latencies.sort((a, b) => a - b);
      resolve({
        answered,
        statuses,
        seconds: nowMs() / 1000,
        p50: percentile(latencies, 0.5),
        p99: percentile(latencies, 0.99),
        max: latencies.at(-1) ?? 0,
        times,
      });
    };
    for (let i = 0; i < connections; i += 1) {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      const waiting = [];
      const numbers = [];
      const end = () => {
        if (socket.destroyed) return;
        socket.destroy();
        open -= 1;
        if (open === 0) finish();
      };
      const fill = () => {
        if (isOver() && nothingDue()) {
          if (waiting.length === 0) end();
          return;
        }
        let text = '';
        while (waiting.length < depth && !(isOver() && nothingDue())) {
          if (rate !== null) {
            if (nothingDue()) {
              idle.push(fill);
              break;
            }
            waiting.push(due[dueFrom]);
            dueFrom += 1;
          } else waiting.push(nowMs());
          const n = offset + sent;
          const number = numberOf(n, groups);
          if (keepTimes) numbers.push(number);
          text += requestText(tokens[n % tokens.length], number);
          sent += 1;
        }
        if (text !== '') socket.write(text, 'latin1');
      };
      socket.on('connect', fill);
      socket.on('close', end);
      socket.on('error', (err) => {
        statuses[err.code] = (statuses[err.code] ?? 0) + 1;
        end();
      });
      socket.on('data', (chunk) => {
        for (let at = chunk.indexOf(HEAD); at !== -1; at = chunk.indexOf(HEAD, at + 9)) {
          latencies.push(nowMs() - waiting.shift());
          answered += 1;
          if (keepTimes) times.push([numbers.shift(), Date.now()]);
          const status = chunk.latin1Slice(at + 9, at + 12);
          statuses[status] = (statuses[status] ?? 0) + 1;
        }
        fill();
      });
    }
    if (rate === null) return;
    let scheduled = 0;
    const timer = setInterval(() => {
      const untilMs = Math.min(nowMs(), seconds * 1000);
      if (nothingDue()) {
        due = [];
        dueFrom = 0;
      }
      for (; (scheduled * 1000) / rate < untilMs; scheduled += 1) due.push((scheduled * 1000) / rate);
      if (nowMs() >= seconds * 1000 && nothingDue()) clearInterval(timer);
      for (const wake of idle.splice(0)) wake();
    }, 2);
  });
}

process.on('message', async (message) => {
  process.send(await run(message));
});
