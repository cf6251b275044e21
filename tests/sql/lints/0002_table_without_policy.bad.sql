-- offends: private.diaries
create table private.diaries (id uuid primary key);
alter table private.diaries enable row level security;
