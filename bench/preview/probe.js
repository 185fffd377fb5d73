// Loaded into every Node process of a preview by NODE_OPTIONS: notes in the file BENCH_PROBE what the process of the program took, and with
// BENCH_PROFILE=true where its time went.
const fs = require("node:fs");
const { Session } = require("node:inspector");

if (/[\\/]cmd[\\/]run([\\/]index\.js)?$/.test(process.argv[1] ?? "")) {
  const session = process.env.BENCH_PROFILE === "true" ? startProfile() : undefined;
  process.on("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const taken = {
      seconds: (Date.now() - performance.timeOrigin) / 1000,
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
      peakMiB: maxRSS / 1024,
      profile: session && endProfile(session),
    };
    fs.writeFileSync(process.env.BENCH_PROBE, JSON.stringify(taken));
  });
}

function startProfile() {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: 500 });
  session.post("Profiler.start");
  return session;
}

/** The inspector of the own process answers immediately. */
function endProfile(session) {
  let ended;
  session.post("Profiler.stop", (_, { profile }) => {
    ended = profile;
  });
  return ended;
}
