-- offends: private.one()
create function private.one() returns integer language sql as 'select 1';
grant execute on function private.one to public;
