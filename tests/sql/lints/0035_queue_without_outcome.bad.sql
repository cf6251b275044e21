-- offends: feed_cat
-- offends: water_plants
insert into worker.queues (queue) values ('feed_cat');
select pgmq.create('water_plants');
insert into worker.queues (queue) values ('water_plants');
create function worker.complete_water_plants(outcomes jsonb) returns void language sql as 'select';
