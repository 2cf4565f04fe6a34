#!lua flags=no-writes
-- ARGV: group, now. Returns {unacknowledged entries, age of the oldest in microseconds}.
local info = about()
if not info then
  return { 0, 0 }
end
local group = groups()[ARGV[1]] or { ['last-delivered-id'] = '0-0', pending = 0, lag = info.length }
local entries = group.pending + waiting(group, info)
local oldest
if group.pending > 0 then
  local id = redis.call('XPENDING', stream, ARGV[1])[2]
  oldest = redis.call('XRANGE', stream, id, id)[1]
end
oldest = oldest or redis.call('XRANGE', stream, '(' .. group['last-delivered-id'], '+', 'COUNT', 1)[1]
if entries == 0 or not oldest then
  return { entries, 0 }
end
return { entries, math.max(0, clock(ARGV[2]) - published_at(oldest)) }
