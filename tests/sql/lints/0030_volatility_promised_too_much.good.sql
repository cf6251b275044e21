create function private.count_plans() returns bigint language sql stable set search_path = ''
    as 'select count(*) from public.learning_plans';
create function private.touch() returns void language plpgsql set search_path = '' as $$
begin
    update public.learning_plans p set topic = p.topic;
end;
$$;
create function private.last_update() returns text language sql immutable set search_path = ''
    return 'inserted and then updated, updatedly';
