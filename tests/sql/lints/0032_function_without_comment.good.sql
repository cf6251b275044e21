create function public.one() returns integer language sql as 'select 1';
comment on function public.one is 'Answers 1.';
