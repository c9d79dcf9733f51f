export { createTestClock, type TestClock } from '../platform/clock.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { type SignedIn, signIn } from './sign-in.ts';
