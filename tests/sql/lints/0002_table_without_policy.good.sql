create table private.diaries (id uuid primary key);
alter table private.diaries enable row level security;
create policy "The service reads diaries" on private.diaries for select to service_role using (true);
