-- Many deliveries are due at the same instant: the id in the index spares the claim from sorting all of them.
create index delivery_due_order on delivery (channel, due_at, id) where state = 'owed';
drop index delivery_due;
