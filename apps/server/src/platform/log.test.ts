import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLogger, folderLog } from './log.ts';

function collect() {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, log: createLogger({ level: 'info' }, destination) };
}

test('a line carries its folder, and no secret, payload or phone number', () => {
  const { lines, log } = collect();
  folderLog(log, 'users').info(
    { token: 'hush', user: { password: 'hush', verified_phone_number: 'hush', name: 'Anna' }, a: { b: { payload: 'hush' } } },
    'a user came',
  );
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', scope: 'users', msg: 'a user came', user: { name: 'Anna' } });
  expect(lines.join()).not.toContain('hush');
});

test("a database error is logged without the row's values", () => {
  const { lines, log } = collect();
  const cause = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (token)=(hush) already exists.',
    where: 'hush',
  });
  log.error({ err: cause }, 'failed');
  expect(JSON.parse(lines[0] ?? '').err).toMatchObject({ message: 'duplicate key', code: '23505' });
  expect(lines.join()).not.toContain('hush');
});
