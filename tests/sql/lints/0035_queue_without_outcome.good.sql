select pgmq.create('water_plants');
insert into worker.queues (queue) values ('water_plants');
create function worker.complete_water_plants(outcomes jsonb) returns void language sql as 'select';
create function private.apply_water_plants(message jsonb, result jsonb) returns void language sql as 'select';
create function private.settle_water_plants(message jsonb, error jsonb, final boolean) returns void language sql as 'select';
