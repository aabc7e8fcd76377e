// Reads two versions a line, separated by a tab; writes the sign of their comparison by the semver of npm.
const semver = require(process.argv[2]);
const lines = require("fs").readFileSync(0, "utf8").split("\n").slice(0, -1);
const out = lines.map((line) => {
  const [one, other] = line.split("\t");
  try {
    return semver.compare(one, other);
  } catch {
    return "x";
  }
});
process.stdout.write(out.join("\n") + "\n");
