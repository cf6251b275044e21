-- offends: public.mood
create type public.mood as enum ('good', 'bad');
