#!lua flags=no-writes
-- ARGV: group. Returns {epoch, received, waiting, delivered}: connectors and numbers in turn, the last one of ids and
-- connectors.
local received, published = tally('received')
local given, delivered = tally('delivered', ARGV[1])
local info = about()
local flat = { received = {}, waiting = {}, delivered = {} }
for connector, count in pairs(received) do
  table.insert(flat.received, connector)
  table.insert(flat.received, count)
end
if info then
  local group = groups()[ARGV[1]]
  local behind = {}
  -- What waits is what was published and not given to the group, if as many are really there. If not (somebody
  -- else deleted or trimmed), each of them is looked at: slow, but nothing that is lost is called waiting.
  local uncounted = info['entries-added'] - published
  if group and waiting(group, info) == published - delivered + uncounted then
    for connector, count in pairs(received) do
      behind[connector] = count - (given[connector] or 0)
    end
  else
    local counted = redis.call('GET', key('foreign')) or '0-0'
    scan(group or { ['last-delivered-id'] = '0-0' }, math.huge, function(entry)
      local connector, ours = connector_of(entry[2])
      if ours or not before(counted, entry[1]) then
        behind[connector] = (behind[connector] or 0) + 1
      end
    end)
  end
  for connector, count in pairs(behind) do
    if count > 0 then
      table.insert(flat.waiting, connector)
      table.insert(flat.waiting, count)
    end
  end
  local pending = group and redis.call('XPENDING', stream, ARGV[1], '-', '+', group.pending + 1) or {}
  for _, one in ipairs(pending) do
    local entry = redis.call('XRANGE', stream, one[1], one[1])[1]
    if entry then
      table.insert(flat.delivered, one[1])
      table.insert(flat.delivered, (connector_of(entry[2])))
    end
  end
end
return { redis.call('GET', key('epoch')) or '', flat.received, flat.waiting, flat.delivered }
