import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasTool, openssl } from "./outside-tool.ts";
import { createSampleHome, fillSampleHome, run, type SampleHome } from "./sample-home.ts";

describe.skipIf(!hasTool(openssl))("openssl", () => {
  let home: SampleHome;
  let folder: string;

  beforeAll(async () => {
    home = await createSampleHome();
    await fillSampleHome(home, "text");
    folder = await home.export({ stream: run, withContent: true });
  });
  afterAll(() => home.dispose());

  const readme = () => readFileSync(join(folder, "README.txt"), "utf8");

  /** The commands of a numbered part of the read-me, as they are printed there. */
  function commandsOf(part: number): string {
    const [, text = ""] =
      new RegExp(`\\n${part}\\. [^\\n]*\\n\\n([\\s\\S]*?)(?:\\n\\d\\. |\\nWhat this)`).exec(readme()) ?? [];
    return text;
  }

  const bash = (script: string) =>
    execFileSync("bash", ["-euo", "pipefail", "-c", script], {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
    });

  it("verifies the list of files and the checkpoint with the commands of the read-me", () => {
    const said = bash(commandsOf(1));
    expect(said.match(/Signature Verified Successfully/g)).toHaveLength(2);
  });

  it("verifies a checkpoint straight from the checkpoint folder, and no changed one", () => {
    const script = (file: string) => `
      cd ${home.folder}
      sed '/^$/,$d' ${file} > body
      tail -n 1 ${file} | cut -d ' ' -f 3 | base64 -d | tail -c 64 > signature
      openssl pkeyutl -verify -pubin -inkey ${join(home.folder, "home/keys/swarm-0a1b2c3d.pub.pem")} \\
        -rawin -in body -sigfile signature`;
    const latest = join(home.checkpointFolder, "latest");
    expect(bash(script(latest))).toContain("Signature Verified Successfully");
    const changed = join(home.folder, "changed");
    writeFileSync(changed, readFileSync(latest, "utf8").replace("\n60", "\n59"));
    expect(bash(`set +e; ${script(changed)}; echo exit code $?`)).toMatch(
      /Verification Failure\nexit code 1/,
    );
  });

  it("computes the commitment of exported content from its key", () => {
    const keys: Record<string, string> = JSON.parse(
      readFileSync(join(folder, "run/payload-keys.json"), "utf8"),
    );
    const template = commandsOf(4).split("\n")[0] ?? "";
    expect(Object.keys(keys).length).toBeGreaterThan(5);
    for (const [commitment, key] of Object.entries(keys)) {
      const said = bash(template.replace("KEY", key).replace("COMMITMENT", commitment));
      expect(said.trim().endsWith(commitment)).toBe(true);
    }
  });

  it("reads the private key file as the key that signs", () => {
    const path = join(home.folder, "home/keys/swarm-0a1b2c3d.key.pem");
    const derived = execFileSync("openssl", ["pkey", "-in", path, "-pubout"], { encoding: "utf8" });
    expect(derived).toBe(readFileSync(path.replace(".key.", ".pub."), "utf8"));
  });
});
