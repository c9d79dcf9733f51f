// Load generator, a process of its own: keeps connections alive, sends prepared requests and measures each answer.
// Takes one JSON message { port, tokens, type, connections, depth, seconds, rate, total, groups } from its parent and answers with one.
import { connect } from 'node:net';

const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0;

function body(n, groups) {
  const host = `host-${n % groups}`;
  const labels = { alertname: 'HighRequestLatency', cluster: 'eu-1', instance: host, severity: 'critical', team: 'shop' };
  return JSON.stringify({
    receiver: 'tocsin',
    status: 'firing',
    alerts: [
      {
        status: 'firing',
        labels,
        annotations: {
          summary: `Requests on ${host} take longer than a second`,
          runbook_url: 'https://wiki.example.net/latency',
        },
        startsAt: '2026-01-15T10:20:30.118Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'https://prometheus.example.net/graph?g0.expr=latency',
        fingerprint: String(n),
      },
    ],
    groupLabels: { alertname: 'HighRequestLatency', instance: host },
    commonLabels: labels,
    commonAnnotations: { runbook_url: 'https://wiki.example.net/latency' },
    externalURL: 'https://alertmanager.example.net',
    version: '4',
    groupKey: `{}:{alertname="HighRequestLatency", instance="${host}"}`,
    truncatedAlerts: 0,
  });
}

const OK = Buffer.from('HTTP/1.1 200');
const HEAD = Buffer.from('HTTP/1.1 ');

function run({ port, tokens, connections, depth, seconds, rate, total, groups, offset }) {
  return new Promise((resolve) => {
    const started = process.hrtime.bigint();
    const nowMs = () => Number(process.hrtime.bigint() - started) / 1e6;
    const latencies = [];
    const statuses = {};
    let sent = 0;
    let answered = 0;
    let open = connections;
    const request = () => {
      const n = offset + sent;
      const text = body(n, groups);
      sent += 1;
      return `POST /integrations/v1/alertmanager/${tokens[n % tokens.length]}/ HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
    };
    const isOver = () => (total === null ? nowMs() >= seconds * 1000 : sent >= total);
    const idle = [];
    const due = []; // open loop: when each request should have gone
    const finish = () => {
      latencies.sort((a, b) => a - b);
      resolve({
        answered,
        statuses,
        seconds: nowMs() / 1000,
        p50: percentile(latencies, 0.5),
        p99: percentile(latencies, 0.99),
        max: latencies.at(-1) ?? 0,
      });
    };
    for (let i = 0; i < connections; i += 1) {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      const waiting = [];
      const end = () => {
        if (socket.destroyed) return;
        socket.destroy();
        open -= 1;
        if (open === 0) finish();
      };
      const fill = () => {
        if (isOver() && due.length === 0) {
          if (waiting.length === 0) end();
          return;
        }
        let text = '';
        while (waiting.length < depth && !(isOver() && due.length === 0)) {
          if (rate !== null) {
            const at = due.shift();
            if (at === undefined) {
              idle.push(fill);
              break;
            }
            waiting.push(at);
          } else waiting.push(nowMs());
          text += request();
        }
        if (text !== '') socket.write(text);
      };
      socket.on('connect', fill);
      socket.on('error', (err) => {
        statuses[err.code] = (statuses[err.code] ?? 0) + 1;
        end();
      });
      socket.on('data', (chunk) => {
        for (let at = chunk.indexOf(HEAD); at !== -1; at = chunk.indexOf(HEAD, at + 9)) {
          latencies.push(nowMs() - waiting.shift());
          answered += 1;
          const status = chunk.compare(OK, 0, 12, at, at + 12) === 0 ? '200' : chunk.toString('latin1', at + 9, at + 12);
          statuses[status] = (statuses[status] ?? 0) + 1;
        }
        fill();
      });
    }
    if (rate !== null) {
      let scheduled = 0;
      const timer = setInterval(() => {
        const until = Math.min(nowMs(), seconds * 1000);
        for (; (scheduled * 1000) / rate < until; scheduled += 1) due.push((scheduled * 1000) / rate);
        for (const wake of idle.splice(0)) wake();
        if (nowMs() >= seconds * 1000 && due.length === 0) {
          clearInterval(timer);
          for (const wake of idle.splice(0)) wake();
        }
      }, 2);
    }
  });
}

process.on('message', async (message) => {
  process.send(await run(message));
});
