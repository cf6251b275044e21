create function private.one() returns integer language sql as 'select 1';
revoke execute on function private.one from public;
grant execute on function private.one to authenticated;
