#!lua flags=allow-oom
-- ARGV: group, consumer, max_size, due, lease, now, sure, then the ids it knows to hold, unless it is sure of them.
-- Returns {'gone'} to who is no member, {'batch', epoch, attempt, entries, vanished}, or {'wait', waiting, last id}.
local group, consumer, max_size, lease = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[5])
local now = clock(ARGV[6])
local members = key('members', group)

local function forget_the_dead()
  local dead = redis.call('ZRANGEBYSCORE', members, '-inf', number(now))
  if #dead > 0 and not restarted(group, now + lease) then
    for _, one in ipairs(dead) do
      bury(group, one, true)
    end
  end
  for _, one in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
    local other = map(one)
    -- Whoever read past us, with another program say, and was not seen for a lease.
    if other.name ~= RELEASED and other.idle * 1000 >= lease and not redis.call('ZSCORE', members, other.name) then
      bury(group, other.name, true)
    end
  end
end

local function left_over()
  local vanished = 0
  while true do
    local free = redis.call('XPENDING', stream, group, '-', '+', max_size, RELEASED)
    if #free == 0 then
      return nil, nil, vanished
    end
    local attempt = free[1][4]
    local claim = { 'XCLAIM', stream, group, consumer, 0, free[1][1] }
    if attempt == 1 then -- from the second attempt on each stands alone
      for i = 2, #free do
        if free[i][4] ~= 1 then
          break
        end
        table.insert(claim, free[i][1])
      end
    end
    local asked = #claim - 5
    table.insert(claim, 'RETRYCOUNT')
    table.insert(claim, attempt)
    local entries = redis.call(unpack(claim))
    vanished = vanished + asked - #entries
    if #entries > 0 then
      return entries, attempt, vanished
    end
  end
end

local function count(entries)
  local given, foreign = {}, 0
  local counted = redis.call('GET', key('foreign')) or '0-0'
  for _, entry in ipairs(entries) do
    local connector, ours = connector_of(entry[2])
    given[connector] = (given[connector] or 0) + 1
    if not ours and before(counted, entry[1]) then
      counted, foreign = entry[1], foreign + 1
    end
  end
  for connector, n in pairs(given) do
    redis.call('HINCRBY', key('delivered', group), connector, n)
  end
  if foreign > 0 then
    redis.call('HINCRBY', key('received'), FOREIGN, foreign)
    redis.call('SET', key('foreign'), counted)
  end
end

if not redis.call('ZSCORE', members, consumer) then
  return { 'gone' }
end
if ARGV[7] == '' then -- an answer of ours was lost: what it held was never seen
  local held = {}
  for i = 8, #ARGV do
    held[ARGV[i]] = true
  end
  release(group, consumer, false, held)
end
redis.call('ZADD', members, number(now + lease), consumer)
forget_the_dead()

local epoch = redis.call('GET', key('epoch'))
local entries, attempt, vanished = left_over()
if entries then
  return { 'batch', epoch, attempt, entries, vanished }
end
local info = about()
local behind = waiting(groups()[group], info)
if behind >= max_size or (ARGV[4] ~= '' and behind > 0) then
  local reply = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', max_size, 'STREAMS', stream, '>')
  if reply then
    count(reply[1][2])
    return { 'batch', epoch, 1, reply[1][2], vanished }
  end
end
return { 'wait', behind, info['last-generated-id'], vanished }
