#!lua flags=allow-oom
-- ARGV: epoch for a new feed, history, channel, then each event and what the channel is told of it ('': nothing).
-- It is capped, so it may grow when the memory is full: workers that wait here would never free any.
-- Returns {epoch, offset before the first, offset of the last}.
redis.call('SET', epoch_key, ARGV[1], 'NX')
local start = ends()
local offset = start
for i = 4, #ARGV, 2 do
  offset = offset + 1
  redis.call('XADD', feed, whole(offset) .. '-0', 'event', ARGV[i])
  if ARGV[i + 1] ~= '' then
    redis.call('PUBLISH', ARGV[3], ARGV[i + 1])
  end
end
redis.call('XTRIM', feed, 'MAXLEN', ARGV[2])
return { redis.call('GET', epoch_key), whole(start), whole(offset) }
