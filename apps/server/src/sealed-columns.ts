import { sealedAccessColumns } from './access/index.ts';
import { sealedIntegrationColumns } from './integrations/index.ts';
import { sealedLiveSettingColumns } from './live-settings/index.ts';
import type { SealedColumn } from './platform/sealed-columns.ts';
import { sealedWebhookColumns } from './webhooks/index.ts';

/** Every column that holds a sealed secret: those whose names end with `_encrypted`. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ...sealedAccessColumns,
  ...sealedIntegrationColumns,
  ...sealedLiveSettingColumns,
  ...sealedWebhookColumns,
];
