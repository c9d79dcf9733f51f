-- Lists of integrations are filtered by labels.
create index integration_labels on integration using gin (labels jsonb_path_ops) where deleted_at is null;
