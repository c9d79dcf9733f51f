-- Admins look at the product as a role does: what the session is let do is that role's reading, and nothing is written.
alter table user_session add column viewed_role text;
