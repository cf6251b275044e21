-- Every schedule of the platform, on one screen. Times are UTC.

select cron.schedule('prune-archives', '17 3 * * *', 'select private.prune_archives()');
