-- offends: schema worker
-- offends: worker.notes
-- offends: worker.notes.body
-- offends: worker.one()
create function worker.one() returns integer language sql as 'select 1';
grant execute on function worker.one to authenticated;
create table worker.notes (id uuid primary key, body text);
grant select on worker.notes to anon;
grant update (body) on worker.notes to authenticated;
grant usage on schema worker to authenticated;
