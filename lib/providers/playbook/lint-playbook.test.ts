import { describe, expect, it } from "vitest";
import { Playbook } from "#core/contract/agent-manifest.ts";
import { MAX_PLAYBOOK_RULES } from "./call-tag.ts";
import { lintPlaybook } from "./lint-playbook.ts";

const tools = ["load_data", "train", "transfer_to_trainer"];

const problems = (rules: unknown[]) => lintPlaybook(Playbook.parse({ rules }), tools);

describe("lintPlaybook", () => {
  it("finds nothing wrong with a sound playbook", () => {
    expect(
      problems([
        {
          when: "not called('load_data')",
          say: "Load ${inputs.path}",
          call: "load_data",
          with: { a: ["${facts.x}"] },
        },
        { when: "failed('train') or result('train').auc < 0.7", call: "transfer_to_trainer" },
        { when: "last != null and has(request.target) and task != ''", call: "train" },
        { finish: "done: ${join(facts.columns, ', ')}" },
      ]),
    ).toEqual([]);
  });

  it.each<[unknown, object]>([
    [
      { when: "facts.x >", finish: "x" },
      { rule: 1, where: "when", message: "expected a value" },
    ],
    [
      { when: "fact.x", finish: "x" },
      { where: "when", message: "did you mean `facts`?" },
    ],
    [
      { when: "caled('train')", finish: "x" },
      { where: "when", message: "did you mean `called`?" },
    ],
    [
      { when: "called()", finish: "x" },
      { where: "when", message: "takes 1 argument, 0 given" },
    ],
    [
      { when: "called('trian')", finish: "x" },
      { where: "when", message: "has no tool trian; did you mean train?" },
    ],
    [
      { when: "called(3)", finish: "x" },
      { where: "when", message: "takes the name of a tool in quotes" },
    ],
    [{ finish: "${facts.x" }, { where: "finish", message: "no closing `}`" }],
    [
      { say: "${foo}", call: "train" },
      { where: "say", message: "`foo` unknown" },
    ],
    [
      { call: "train", with: { a: { b: ["${result('nope').x}"] } } },
      { where: "with", message: "no tool nope" },
    ],
    [{ call: "traim" }, { where: "call", message: "has no tool traim; did you mean train?" }],
    [{ call: "deploy_everything" }, { where: "call", message: "add it to the agent's tools" }],
    [
      { finish: "x", with: { a: 1 } },
      { where: "with", message: "no effect" },
    ],
    [
      { finish: "x", say: "y" },
      { where: "say", message: "no effect" },
    ],
  ])("reports %j", (rule, expected) => {
    const { message, ...place } = expected as { message: string };
    const found = problems([rule]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ ...place, message: expect.stringContaining(message) });
  });

  it("reports rules that stand behind an unconditional end", () => {
    expect(problems([{ call: "train" }, { finish: "x" }, { call: "load_data" }])).toEqual([
      { rule: 3, where: "rule", message: expect.stringContaining("never reached: rule 2 finishes") },
    ]);
  });

  it("reports more rules than a call's id can remember", () => {
    const rules = Array.from({ length: MAX_PLAYBOOK_RULES + 1 }, () => ({ call: "train" }));
    expect(problems(rules)).toMatchObject([
      { where: "rule", message: expect.stringContaining("at most 48 rules") },
    ]);
  });
});
