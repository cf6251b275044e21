create function public.one() returns integer language sql as 'select 1';
revoke execute on function public.one from public;
grant execute on function public.one to authenticated;
