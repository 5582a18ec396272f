-- wrk script: the requests of the file REQUESTS in turn. Where UNIQUE is set each has a number of its own in the place
-- of NUMBER, or a comment of its own at the end.
-- A line is: Accept, a tab, path with query string. The last line printed is read by biokg.scale.rates.
local requests, count = {}, 0
for line in io.lines(os.getenv("REQUESTS")) do
  local accept, path = line:match("^(.-)\t(.*)$")
  requests[#requests + 1] = { accept, path }
end
local salt, number = os.getenv("UNIQUE"), os.getenv("NUMBER")

local function unique(path)
  local own = salt .. string.format("%07d", count)
  local changed, places = path:gsub(number, own)
  return places > 0 and changed or path .. "%0A%23" .. own
end

function request()
  count = count + 1
  local asked = requests[(count - 1) % #requests + 1]
  local path = salt and unique(asked[2]) or asked[2]
  return wrk.format("GET", path, { Accept = asked[1] })
end

function done(summary, latency)
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format("RATE %f %f %f %d %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6, summary.errors.status, broken))
end
