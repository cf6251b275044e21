-- offends: public.one()
create function public.one() returns integer language sql as 'select 1';
grant execute on function public.one to anon;
