import type { Command } from "commander";

const RUN = "run_01M7Y9WHST59DE1Q5FTXTSFDCD";
const SECOND_RUN = "run_01M7YA3K0V6J2QW8Z4R5T9XBCE";
const GATE = "gate_00cd31ad9a861b0ef375255db4";

/** Command lines as they are typed, by the command below whose help they stand. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  run: [
    'swarm run "Who earns more than 50K a year?" --data adult.csv --target income --protected sex,race',
    'swarm run "Who will default?" --data credit.parquet --target defaulted --time-column month --approve auto --json',
  ],
  demo: ["swarm demo", "swarm demo --json | tail -n 1"],
  "runs list": ["swarm runs list", "swarm runs list --status waiting --json"],
  "runs show": [`swarm runs show ${RUN}`],
  "runs diff": [`swarm runs diff ${RUN} ${SECOND_RUN}`, `swarm runs diff ${RUN} ${SECOND_RUN} --json`],
  "runs follow": [`swarm runs follow ${RUN}`],
  "runs cancel": [`swarm runs cancel ${RUN} --reason "wrong data"`],
  "runs resume": [`swarm runs resume ${RUN}`],
  "gates list": ["swarm gates list", `swarm gates list --all --run ${RUN}`],
  "gates show": [`swarm gates show ${GATE}`],
  "gates approve": [`swarm gates approve ${GATE} --reason "drift is seasonal" --input-hash 77e30c0f…`],
  "gates reject": [`swarm gates reject ${GATE} --reason "recall is too low"`],
  "gates edit": [`swarm gates edit ${GATE} --input @arguments.json --reason "smaller trees"`],
  "tools list": ["swarm tools list", "swarm tools list --json"],
  "tools show": ["swarm tools show profile_data"],
  "tools call": [
    `swarm tools call lookup_algorithm --input '{"problemType":"binary","rows":1000,"columns":20}'`,
    "swarm tools call profile_data --input @arguments.json --agent data_profiler --role operator",
  ],
  "agents list": ["swarm agents list"],
  "agents show": ["swarm agents show ml_director"],
  "workflows list": ["swarm workflows list"],
  "workflows show": ["swarm workflows show governed_model"],
  "workflows validate": ["swarm workflows validate my.workflow.yaml"],
  "log verify": [
    "swarm log verify",
    `swarm log verify --run ${RUN} --json`,
    "swarm log verify --since note.txt",
    "swarm log verify --export export",
  ],
  "log export": [`swarm log export --run ${RUN} --out export`, "swarm log export --out export"],
  serve: ["swarm serve", "swarm serve --port 0 --json"],
  doctor: ["swarm doctor", "swarm doctor --json"],
};

/** Puts each command's examples below its help, subcommands included. */
export function addExamples(command: Command, path: string = command.name()): void {
  const lines = examples[path];
  if (lines !== undefined) {
    const title = lines.length === 1 ? "Example:" : "Examples:";
    command.addHelpText("after", ["", title, ...lines.map((line) => `  ${line}`)].join("\n"));
  }
  for (const below of command.commands) addExamples(below, `${path} ${below.name()}`);
}
