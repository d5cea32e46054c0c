import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { createTestToolContext } from "#core/testing/tool-context.ts";
import { DocumentFact } from "../facts.ts";
import { generateK8sManifests } from "./generate-k8s-manifests.ts";

const digest = `sha256:${"a1".repeat(32)}`;

async function generate(input: Record<string, unknown>) {
  const context = createTestToolContext();
  const outcome = await generateK8sManifests.run(generateK8sManifests.input.parse(input), context);
  const text = outcome.ok ? Buffer.from(context.bytesOf("kubernetes/manifests.yaml")).toString() : "";
  // The shapes are asserted by the tests themselves.
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Record<string, unknown>);
  const kind = (name: string) => objects.find((object) => object.kind === name) as never;
  return { outcome, text, objects, kind };
}

describe("generate_k8s_manifests", () => {
  it("writes the five objects, all under one name and the same labels", async () => {
    const { objects, outcome } = await generate({
      image: `registry.example/ml/credit@${digest}`,
      name: "credit",
    });
    expect(objects.map((object) => `${String(object.apiVersion)} ${String(object.kind)}`)).toEqual([
      "apps/v1 Deployment",
      "v1 Service",
      "autoscaling/v2 HorizontalPodAutoscaler",
      "policy/v1 PodDisruptionBudget",
      "networking.k8s.io/v1 NetworkPolicy",
    ]);
    for (const object of objects) {
      expect(object.metadata).toMatchObject({
        name: "credit",
        labels: { "app.kubernetes.io/name": "credit" },
      });
    }
    expect(DocumentFact.parse(outcome.ok && outcome.facts?.kubernetes).name).toBe(
      "kubernetes/manifests.yaml",
    );
  });

  it("lets the pods run without any privilege", async () => {
    const { kind } = await generate({ image: `registry.example/ml/credit@${digest}` });
    const deployment: { spec: { template: { spec: Record<string, unknown> } } } = kind("Deployment");
    const pod = deployment.spec.template.spec;
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          image: `registry.example/ml/credit@${digest}`,
          securityContext: {
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            capabilities: { drop: ["ALL"] },
            seccompProfile: { type: "RuntimeDefault" },
          },
          resources: { requests: { cpu: "500m", memory: "256Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
          startupProbe: { httpGet: { path: "/v2/health/live", port: "http" } },
          livenessProbe: { httpGet: { path: "/v2/health/live", port: "http" } },
          readinessProbe: { httpGet: { path: "/v2/health/ready", port: "http" } },
        },
      ],
    });
    for (const power of ["hostNetwork", "hostPID", "hostIPC", "volumes", "serviceAccountName"]) {
      expect(pod).not.toHaveProperty(power);
    }
  });

  it("closes the network but for requests from the same namespace", async () => {
    const { kind } = await generate({ image: digest });
    expect((kind("NetworkPolicy") as { spec: unknown }).spec).toMatchObject({
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 8080 }] }],
      egress: [],
    });
  });

  it("selects by labels that the pods carry, and the Service finds the container's port", async () => {
    const { kind } = await generate({ image: digest, name: "credit" });
    const deployment: {
      spec: {
        selector: { matchLabels: Record<string, string> };
        template: {
          metadata: { labels: Record<string, string> };
          spec: { containers: { ports: { name: string }[] }[] };
        };
      };
    } = kind("Deployment");
    const { labels } = deployment.spec.template.metadata;
    const service: { spec: { selector: Record<string, string>; ports: { targetPort: string }[] } } =
      kind("Service");
    expect(labels).toMatchObject(deployment.spec.selector.matchLabels);
    expect(labels).toMatchObject(service.spec.selector);
    const ports = deployment.spec.template.spec.containers[0]?.ports.map((port) => port.name);
    expect(ports).toContain(service.spec.ports[0]?.targetPort);
  });

  it("leaves the number of pods to the autoscaler unless one is asked for", async () => {
    const left = await generate({ image: digest, minReplicas: 3, maxReplicas: 6 });
    expect((left.kind("Deployment") as { spec: object }).spec).not.toHaveProperty("replicas");
    expect((left.kind("HorizontalPodAutoscaler") as { spec: object }).spec).toMatchObject({
      minReplicas: 3,
      maxReplicas: 6,
    });
    const fixed = await generate({ image: digest, replicas: 4 });
    expect((fixed.kind("Deployment") as { spec: object }).spec).toHaveProperty("replicas", 4);
  });

  it("writes the same text for the same plan, without YAML anchors", async () => {
    const [first, second] = [await generate({ image: digest }), await generate({ image: digest })];
    expect(second.text).toBe(first.text);
    expect(first.text).not.toMatch(/[&*]a\d/);
  });

  it.each(["on", "no", "y", "true", "null"])(
    "quotes the name %s, which YAML 1.1 would read otherwise",
    async (name) => {
      const { text } = await generate({ image: digest, name });
      expect(text).toContain(`name: "${name}"\n`);
      expect(text).not.toContain("%YAML");
    },
  );

  it("puts a bare digest under the repository, and drops a tag beside a digest", async () => {
    const image = async (input: Record<string, unknown>) => {
      const { outcome } = await generate(input);
      return outcome.ok ? (outcome.output as { image: string }).image : outcome.failure.message;
    };
    expect(await image({ image: digest, name: "credit" })).toBe(`localhost/credit@${digest}`);
    expect(await image({ image: digest, repository: "r.example:5000/a/b" })).toBe(
      `r.example:5000/a/b@${digest}`,
    );
    expect(await image({ image: `r.example:5000/a/b:v1@${digest}` })).toBe(`r.example:5000/a/b@${digest}`);
  });

  it.each([
    "credit:latest",
    "credit",
    `credit@sha256:${"a".repeat(63)}`,
    `case/UPPER@${digest}`,
    `a b@${digest}`,
  ])("refuses the image %s", async (image) => {
    expect((await generate({ image })).outcome).toMatchObject({
      ok: false,
      failure: { code: "invalid-input" },
    });
  });

  it("refuses a least number of pods above the greatest", async () => {
    expect((await generate({ image: digest, minReplicas: 5, maxReplicas: 4 })).outcome.ok).toBe(false);
  });

  it.each([
    { name: "Credit" },
    { name: "9credit" },
    { name: "credit-" },
    { name: "credit.model" },
    { name: "a".repeat(64) },
    { name: "credit\nkind: Secret" },
    { cpu: "lots" },
    { cpu: "0" },
    { memory: "256Mb" },
    { minReplicas: 0 },
  ])("refuses the input %j", (input) => {
    expect(generateK8sManifests.input.safeParse({ image: digest, ...input }).success).toBe(false);
  });
});
