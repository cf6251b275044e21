-- offends: private.lock_plan(uuid)
-- offends: private.touch()
-- offends: private.when_asked()
-- offends: private.zone()
create function private.touch() returns void language plpgsql stable set search_path = '' as $$
begin
    update public.learning_plans p set topic = p.topic;
end;
$$;
create function private.lock_plan(plan uuid) returns uuid language sql stable set search_path = ''
    as 'select p.id from public.learning_plans p where p.id = plan for update';
create function private.when_asked() returns timestamptz language plpgsql immutable set search_path = ''
    as 'begin return now(); end';
create function private.zone() returns text language sql immutable set search_path = ''
    as 'select u.time_zone from public.users u limit 1';
