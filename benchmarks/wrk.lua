-- Sends forms from a folder in turn and keeps the time of every right answer; one connection a thread.
-- Arguments: the folder, how many forms it holds, the path, the content type, what a right answer holds.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long s; long ns; } lenswright_time;
  int clock_gettime(int clock, lenswright_time *now);
]]
local MONOTONIC = 1
local clock = ffi.new("lenswright_time")

local function now_ms()
  ffi.C.clock_gettime(MONOTONIC, clock)
  return tonumber(clock.s) * 1e3 + tonumber(clock.ns) / 1e6
end

local threads = {}

function setup(thread)
  thread:set("turn", #threads)
  table.insert(threads, thread)
end

function init(arguments)
  local folder, count = arguments[1], tonumber(arguments[2])
  expected = arguments[5]
  requests, latencies, wrong, stride = {}, {}, 0, tonumber(arguments[6])
  for number = 0, count - 1 do
    local file = assert(io.open(folder .. "/" .. number, "rb"))
    local headers = { ["Content-Type"] = arguments[4], ["Host"] = wrk.headers["Host"] }
    requests[number + 1] = wrk.format("POST", arguments[3], headers, file:read("*a"))
    file:close()
  end
end

function request()
  turn = turn + stride
  began = now_ms()
  first = first or began
  return requests[turn % #requests + 1]
end

function response(status, headers, body)
  last = now_ms()
  if status == 200 and body:find(expected, 1, true) then
    latencies[#latencies + 1] = last - began
  else
    wrong = wrong + 1
  end
end

-- Of each connection, answers count over the time to its last one: the one that was cut off at the end would
-- make slow servers look slower still. wrk's own latencies are not used: it adds what slow answers held up.
function done(summary, latency, requests)
  local broken = summary.errors
  local errors = broken.connect + broken.read + broken.write + broken.timeout
  local shown, per_ms = {}, 0
  for _, thread in ipairs(threads) do
    errors = errors + thread:get("wrong")
    local taken = thread:get("latencies")
    for _, latency_ms in ipairs(taken) do
      shown[#shown + 1] = string.format("%.3f", latency_ms)
    end
    if #taken > 0 then
      per_ms = per_ms + #taken / (thread:get("last") - thread:get("first"))
    end
  end
  local seconds = per_ms > 0 and #shown / per_ms / 1e3 or summary.duration / 1e6
  print(string.format('MEASURED {"seconds": %.6f, "errors": %d, "latencies_ms": [%s]}',
    seconds, errors, table.concat(shown, ",")))
end
