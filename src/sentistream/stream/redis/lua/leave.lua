#!lua flags=allow-oom
-- ARGV: group, consumer. Gives back what it holds, at the same attempt.
if groups()[ARGV[1]] then
  bury(ARGV[1], ARGV[2], false)
end
