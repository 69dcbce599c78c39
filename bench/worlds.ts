// Walks through random worlds of people, channels, roles and threads on the Discord emulator, whose rights change before each question, with
// a model that says all it was given: nothing may be shown, nor given to the model, that a reader of the answer may not read, that was said
// elsewhere (but in private answers), or that was deleted. Run: npx node bench/worlds.ts [worlds, 10000] [seed]
import { walkWorlds } from "../tests/bots/discord/worlds.ts";

const worlds = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? 20_261_128);
const startedAt = performance.now();
const { answers, recalled, fromElsewhere, leaks } = await walkWorlds({ worlds, seed });
const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
console.log(
  `${worlds} worlds in ${minutes} min, ${answers} answers, ${recalled} with a canary, ${fromElsewhere} of these private and from elsewhere`,
);
console.log(`${leaks.length} leaks`);
for (const leak of leaks.slice(0, 20)) console.log(`  ${leak}`);
if (leaks.length > 0 || recalled === 0) process.exitCode = 1;
process.exit();
