#!lua flags=allow-oom
-- ARGV: group, consumer, lease, now. Returns 0 to who is no member any more.
local expires = clock(ARGV[4]) + ARGV[3]
restarted(ARGV[1], expires)
if not redis.call('ZSCORE', key('members', ARGV[1]), ARGV[2]) then
  return 0
end
redis.call('ZADD', key('members', ARGV[1]), number(expires), ARGV[2])
return 1
