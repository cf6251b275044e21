-- offends: private.diaries
-- offends: private.letters
create table private.diaries (id uuid primary key);
grant select on private.diaries to authenticated;
create table private.letters (id uuid primary key, body text);
grant update (body) on private.letters to authenticated;
