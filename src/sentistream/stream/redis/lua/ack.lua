#!lua flags=allow-oom
-- ARGV: group, consumer, ids. Nothing for who is no member: what it held may be another's by now.
if not redis.call('ZSCORE', key('members', ARGV[1]), ARGV[2]) then
  return 0
end
for i = 3, #ARGV, CHUNK do
  redis.call('XACK', stream, ARGV[1], unpack(ARGV, i, math.min(i + CHUNK - 1, #ARGV)))
end
return 1
