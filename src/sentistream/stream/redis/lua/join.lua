#!lua flags=allow-oom
-- ARGV: group, consumer or '', lease, now, epoch. Makes the group where it is missing, and the consumer its member.
redis.call('SET', key('epoch'), ARGV[5], 'NX')
join(ARGV[1], groups())
local expires = clock(ARGV[4]) + ARGV[3]
restarted(ARGV[1], expires)
if ARGV[2] ~= '' then
  redis.call('ZADD', key('members', ARGV[1]), number(expires), ARGV[2])
end
