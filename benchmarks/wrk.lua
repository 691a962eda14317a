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
  return requests[turn % #requests + 1]
end

function response(status, headers, body)
  if status == 200 and body:find(expected, 1, true) then
    latencies[#latencies + 1] = now_ms() - began
  else
    wrong = wrong + 1
  end
end

-- What wrk itself reports as latency it has changed before: it adds what slow answers held up.
function done(summary, latency, requests)
  local broken = summary.errors
  local errors = broken.connect + broken.read + broken.write + broken.timeout
  local shown = {}
  for _, thread in ipairs(threads) do
    errors = errors + thread:get("wrong")
    for _, taken in ipairs(thread:get("latencies")) do
      shown[#shown + 1] = string.format("%.3f", taken)
    end
  end
  print(string.format('MEASURED {"seconds": %.6f, "errors": %d, "latencies_ms": [%s]}',
    summary.duration / 1e6, errors, table.concat(shown, ",")))
end
