-- offends: public.one()
create function public.one() returns integer language sql security definer set search_path = '' as 'select 1';
