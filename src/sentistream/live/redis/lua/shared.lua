-- KEYS[1] is the feed: a stream whose ids are offset-0, so that a position is an id. :epoch is drawn with it.
local feed = KEYS[1]
local epoch_key = feed .. ':epoch'

-- The offset of the last event ever, and of the first one that is still there.
local function ends()
  local reply = redis.pcall('XINFO', 'STREAM', feed)
  local last, first = 0, nil
  if not reply.err then
    for i = 1, #reply, 2 do
      if reply[i] == 'last-generated-id' then
        last = tonumber(string.match(reply[i + 1], '^%d+'))
      elseif reply[i] == 'first-entry' and reply[i + 1] then
        first = tonumber(string.match(reply[i + 1][1], '^%d+'))
      end
    end
  end
  return last, first or last + 1
end

local function whole(offset)
  return string.format('%.0f', offset)
end
