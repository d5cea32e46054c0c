import { describe, expect, it } from "vitest";
import { createServingMetrics } from "./serving-metrics.ts";

const facts = { name: 'cre"dit', digest: "sha256:ab", residentBytes: 5, uptimeSeconds: 2 };

describe("the counters", () => {
  it("count requests by route and status, rows, and times in cumulative buckets", () => {
    const metrics = createServingMetrics();
    metrics.record({ route: "/predict", status: 200, seconds: 0.004, rows: 3 });
    metrics.record({ route: "/predict", status: 200, seconds: 0.3, rows: 2 });
    metrics.record({ route: "/predict", status: 400, seconds: 0.001, rows: 0 });
    const text = metrics.print(facts);
    expect(text).toContain('swarm_serve_requests_total{route="/predict",status="200"} 2\n');
    expect(text).toContain('swarm_serve_requests_total{route="/predict",status="400"} 1\n');
    expect(text).toContain("swarm_serve_predictions_total 5\n");
    expect(text).toContain('swarm_serve_request_seconds_bucket{le="0.005"} 2\n');
    expect(text).toContain('swarm_serve_request_seconds_bucket{le="+Inf"} 3\n');
    expect(text).toContain('name="cre\\"dit"');
  });

  it("keep to the lines that the text format allows", () => {
    const metrics = createServingMetrics();
    metrics.record({ route: "/v2", status: 200, seconds: 0.004, rows: 0 });
    for (const line of metrics.print(facts).trimEnd().split("\n")) {
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="[^\n]*",?)+\})? [0-9.e+-]+)$/);
    }
  });
});
