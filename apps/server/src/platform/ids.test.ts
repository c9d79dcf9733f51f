import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId, newTimeId } from './ids.ts';

test('an id is its prefix and twelve characters without O and 0', () => {
  const ids = Array.from({ length: 500 }, () => newId('SSR'));
  for (const id of ids) expect(id).toMatch(/^SSR[A-NP-Z1-9]{12}$/);
  expect(new Set(ids).size).toBe(500);
  expect(new Set(ids.flatMap((id) => [...id.slice(3)])).size).toBe(34);
});

test('ids of later seconds sort after those of earlier ones', () => {
  const instant = fc.date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2068-01-01T00:00:00Z'), noInvalidDate: true });
  fc.assert(
    fc.property(instant, instant, (a, b) => {
      const [idA, idB] = [newTimeId('I', a), newTimeId('I', b)];
      expect(idA).toMatch(/^I[A-NP-Z1-9]{12}$/);
      const seconds = (at: Date) => Math.floor(at.getTime() / 1_000);
      if (seconds(a) < seconds(b)) expect(idA < idB).toBe(true);
    }),
  );
});
