#!lua flags=no-writes
-- ARGV: offset, count. Returns {epoch, first offset there is, last offset, events after the offset as {id, fields}}.
local last, first = ends()
local entries = {}
if tonumber(ARGV[2]) > 0 then
  entries = redis.call('XRANGE', feed, '(' .. ARGV[1] .. '-0', '+', 'COUNT', ARGV[2])
end
return { redis.call('GET', epoch_key) or '', whole(first), whole(last), entries }
