#!lua flags=allow-oom
-- ARGV: the configured groups. Drops what all of them have acknowledged; returns {epoch, first id still needed}.
local found, needed = groups(), nil
for _, name in ipairs(ARGV) do
  local group = join(name, found)
  local oldest
  if group.pending > 0 then
    oldest = redis.call('XPENDING', stream, name)[2]
  else
    local last = group['last-delivered-id']
    local following = redis.call('XRANGE', stream, '(' .. last, '+', 'COUNT', 1)[1]
    local ms, seq = string.match(last, '^(%d+)%-(%d+)$')
    oldest = following and following[1] or ms .. '-' .. number(seq + 1)
  end
  if not needed or before(oldest, needed) then
    needed = oldest
  end
end
redis.call('XTRIM', stream, 'MINID', needed)
return { redis.call('GET', key('epoch')) or '', needed }
