-- What the scripts share; it stands in front of each of them.
--
-- KEYS[1] is the stream, every other key is named after it:
--   :epoch            drawn once, with the stream; half of every entry id
--   :received         connector -> entries ever published; foreign ones count at their first delivery
--   :foreign          id of the last foreign entry that was counted
--   :delivered:GROUP  connector -> entries that the group was given, each once
--   :members:GROUP    consumer -> when its leases run out, in microseconds since 1970
--   :server:GROUP     run id of the server that the members last spoke to
--   :published:TOKEN  this batch is in already; has a time to live
-- A consumer that is no member holds nothing. RELEASED is no consumer at all: what is pending for it is free.
-- The delivery count in the pending list is the attempt.

local stream = KEYS[1]
local RELEASED = 'released'
local FOREIGN = 'redis' -- connector of entries that were not published by us, as in foreign.py
local CHUNK = 1000 -- arguments that unpack() takes without risk

local function key(name, group)
  return stream .. ':' .. name .. (group and ':' .. group or '')
end

local function number(value)
  return string.format('%.0f', value)
end

-- The time in microseconds: the server's own, or what a test says.
local function clock(given)
  if given ~= '' then
    return tonumber(given)
  end
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function map(list)
  local result = {}
  for i = 1, #list, 2 do
    result[list[i]] = list[i + 1]
  end
  return result
end

local function tally(name, group)
  local counts = map(redis.call('HGETALL', key(name, group)))
  local sum = 0
  for connector, count in pairs(counts) do
    counts[connector] = tonumber(count)
    sum = sum + tonumber(count)
  end
  return counts, sum
end

local function parts(id)
  local ms, seq = string.match(id, '^(%d+)%-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

local function before(a, b)
  local a_ms, a_seq = parts(a)
  local b_ms, b_seq = parts(b)
  return a_ms < b_ms or (a_ms == b_ms and a_seq < b_seq)
end

local function field(fields, name)
  for i = 1, #fields, 2 do
    if fields[i] == name then
      return fields[i + 1]
    end
  end
end

-- Who brought an entry, and whether it was published by us.
local function connector_of(fields)
  if field(fields, 'payload') then
    return field(fields, 'connector') or 'unknown', true
  end
  return FOREIGN, false
end

-- About the stream; nil if there is none.
local function about()
  local reply = redis.pcall('XINFO', 'STREAM', stream)
  return not reply.err and map(reply) or nil
end

local function groups()
  local found = {}
  local reply = redis.pcall('XINFO', 'GROUPS', stream)
  if not reply.err then
    for _, group in ipairs(reply) do
      local one = map(group)
      found[one.name] = one
    end
  end
  return found
end

-- Visits what the group was not given yet, at most `most` entries; returns how many there were.
local function scan(group, most, visit)
  local from, seen = '(' .. group['last-delivered-id'], 0
  while seen < most do
    local entries = redis.call('XRANGE', stream, from, '+', 'COUNT', math.min(CHUNK, most - seen))
    for _, entry in ipairs(entries) do
      if visit then
        visit(entry)
      end
    end
    seen = seen + #entries
    if #entries < CHUNK then
      break
    end
    from = '(' .. entries[#entries][1]
  end
  return seen
end

-- How many entries the group was not given yet: from the server's numbers where those are sure to be right.
local function waiting(group, info)
  local first = info['first-entry']
  if not first then
    return 0
  end
  if before(group['last-delivered-id'], first[1]) then
    return info.length
  end
  return group.lag or scan(group, math.huge)
end

-- When an entry became durable, in microseconds.
local function published_at(entry)
  local _, ours = connector_of(entry[2])
  return ours and tonumber(field(entry[2], 'at') or '') or parts(entry[1]) * 1000
end

-- The group, made at the beginning of the stream where it is missing; what was trimmed before counts as delivered.
local function join(name, found)
  if found[name] then
    return found[name]
  end
  redis.call('XGROUP', 'CREATE', stream, name, '0', 'MKSTREAM')
  redis.call('DEL', key('delivered', name), key('members', name))
  local group = groups()[name]
  local counted = redis.call('GET', key('foreign')) or '0-0'
  local gone = tally('received')
  scan(group, math.huge, function(entry)
    local connector, ours = connector_of(entry[2])
    if ours or not before(counted, entry[1]) then
      gone[connector] = (gone[connector] or 0) - 1
    end
  end)
  for connector, count in pairs(gone) do
    if count > 0 then
      redis.call('HSET', key('delivered', name), connector, count)
    end
  end
  return group
end

-- Makes free what a consumer holds, except for `kept`; `died`: from here on it is the next attempt.
local function release(group, consumer, died, kept)
  local from = '-'
  while true do
    local pending = redis.call('XPENDING', stream, group, from, '+', CHUNK, consumer)
    local by_count = {}
    for _, one in ipairs(pending) do
      if not (kept and kept[one[1]]) then
        local count = died and one[4] + 1 or one[4]
        by_count[count] = by_count[count] or {}
        table.insert(by_count[count], one[1])
      end
    end
    for count, ids in pairs(by_count) do
      local claim = { 'XCLAIM', stream, group, RELEASED, 0 }
      for _, id in ipairs(ids) do
        table.insert(claim, id)
      end
      table.insert(claim, 'RETRYCOUNT')
      table.insert(claim, count)
      table.insert(claim, 'JUSTID')
      redis.call(unpack(claim))
    end
    if #pending < CHUNK then
      break
    end
    from = '(' .. pending[#pending][1]
  end
end

-- Releases and removes a consumer; what is gone from the stream goes from its pending list, too.
local function bury(group, consumer, died)
  release(group, consumer, died)
  redis.call('ZREM', key('members', group), consumer)
  redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer)
end

-- Whether the server was started, or took over, since its members last spoke: their leases then begin anew, for the
-- silence was its own.
local function restarted(group, expires)
  local info = redis.pcall('INFO', 'server')
  local run = type(info) == 'string' and string.match(info, 'run_id:(%w+)')
  if not run or redis.call('GET', key('server', group)) == run then
    return false
  end
  redis.call('SET', key('server', group), run)
  for _, consumer in ipairs(redis.call('ZRANGE', key('members', group), 0, -1)) do
    redis.call('ZADD', key('members', group), number(expires), consumer)
  end
  return true
end
