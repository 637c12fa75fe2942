-- wrk script: sends the requests of a file in random order. A line is "METHOD PATH [TOKEN]", or
-- "METHOD PATH access=TOKEN" for a page.

function init(args)
   local lines = {}
   for line in io.lines(args[1]) do
      local method, path, token = line:match("^(%S+) (%S+) ?(%S*)$")
      local headers = {}
      if token:find("^access=") then
         headers["Cookie"], headers["Accept"] = token, "text/html"
      elseif token ~= "" then
         headers["Authorization"] = "Bearer " .. token
      end
      lines[#lines + 1] = wrk.format(method, path, headers)
   end
   math.randomseed(7)
   for at = #lines, 2, -1 do
      local other = math.random(at)
      lines[at], lines[other] = lines[other], lines[at]
   end
   requests, next_at = lines, 0
end

function request()
   next_at = next_at % #requests + 1
   return requests[next_at]
end

function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
      latency:percentile(50), latency:percentile(99), errors.status,
      errors.connect + errors.read + errors.write + errors.timeout))
end
