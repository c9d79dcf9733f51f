export { createTestClock, type TestClock } from '../platform/clock.ts';
export { startTestServer, type TestServer, type TestServerOptions } from './test-context.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
