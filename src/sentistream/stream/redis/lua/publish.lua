#!lua
-- All of it or nothing, counted. ARGV: token, its seconds, max_length, now, n, n groups, then connector and payload
-- of each entry. Returns {} or, where there is no room, {group, its backlog}.
local token, now, n = key('published', ARGV[1]), number(clock(ARGV[4])), tonumber(ARGV[5])
local first = 6 + n
if redis.call('EXISTS', token) == 1 then
  return {}
end

local found, slowest, backlog = groups(), '', -1
local info = about()
for i = 6, 5 + n do
  local group = join(ARGV[i], found)
  info = info or about()
  local behind = waiting(group, info) + group.pending
  if behind > backlog then
    slowest, backlog = ARGV[i], behind
  end
end
if backlog + (#ARGV - first + 1) / 2 > tonumber(ARGV[3]) then
  return { slowest, backlog }
end

local received = {}
for i = first, #ARGV, 2 do
  redis.call('XADD', stream, '*', 'connector', ARGV[i], 'at', now, 'payload', ARGV[i + 1])
  received[ARGV[i]] = (received[ARGV[i]] or 0) + 1
end
for connector, count in pairs(received) do
  redis.call('HINCRBY', key('received'), connector, count)
end
redis.call('SET', token, '', 'EX', ARGV[2])
return {}
