-- offends: private.two()
-- offends: public.one()
create function public.one() returns integer language sql as 'select 1';
create function private.two() returns integer language sql set search_path = public as 'select 2';
