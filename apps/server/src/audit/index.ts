import './tables.ts';

export type { AuditEvent, AuditRecord, AuditSource, AuditValues } from './audit-record.ts';
export { countOldAudit, forgetAudit } from './forget.ts';
export { type AuditFilter, type AuditVerdict, listAudit, readAudit, verifyAudit } from './read.ts';
export { recordAudit, systemSource } from './record.ts';
