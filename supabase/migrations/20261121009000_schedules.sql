-- Every schedule of the platform, on one screen. Times are UTC.

select cron.schedule('prune-archives', '17 3 * * *', 'select private.prune_archives()');
select cron.schedule('check-links', '41 * * * *', 'select private.enqueue_link_checks()');
