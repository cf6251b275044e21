-- offends: public.letters and public.users
create table public.letters (
    id uuid primary key,
    sender_id uuid references public.users (id) on delete cascade,
    recipient_id uuid references public.users (id) on delete cascade
);
