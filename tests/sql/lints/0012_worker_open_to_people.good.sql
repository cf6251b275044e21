create function worker.one() returns integer language sql as 'select 1';
revoke execute on function worker.one from public;
grant execute on function worker.one to service_role;
