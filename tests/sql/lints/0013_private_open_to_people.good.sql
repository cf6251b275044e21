create table private.diaries (id uuid primary key);
grant select on private.diaries to service_role;
