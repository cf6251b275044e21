create type public.mood as enum ('good', 'bad');
comment on type public.mood is 'How somebody felt.';
