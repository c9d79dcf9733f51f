export { createTestClock, type TestClock } from '../platform/clock.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
