#!lua flags=allow-oom
-- ARGV: the epoch that is over, or '' if there may be none yet; the next one. Whoever comes first decides.
local epoch = redis.call('GET', epoch_key) or ''
if epoch == ARGV[1] or epoch == '' then
  redis.call('SET', epoch_key, ARGV[2])
end
