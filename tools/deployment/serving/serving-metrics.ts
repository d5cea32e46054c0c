/** Counters of one server, printed in the Prometheus text format 0.0.4. */
export interface ServingMetrics {
  record(request: { route: string; status: number; seconds: number; rows: number }): void;
  print(facts: { name: string; digest: string; residentBytes: number; uptimeSeconds: number }): string;
}

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createServingMetrics(): ServingMetrics {
  const requests = new Map<string, { route: string; status: number; count: number }>();
  const durations = { buckets: BOUNDS.map(() => 0), sum: 0, count: 0 };
  let predictions = 0;
  return {
    record({ route, status, seconds, rows }) {
      const key = `${status} ${route}`;
      const entry = requests.get(key) ?? { route, status, count: 0 };
      entry.count += 1;
      requests.set(key, entry);
      predictions += rows;
      durations.sum += seconds;
      durations.count += 1;
      for (const [index, bound] of BOUNDS.entries()) {
        if (seconds <= bound) durations.buckets[index] = (durations.buckets[index] ?? 0) + 1;
      }
    },
    print(facts) {
      const lines = [
        "# HELP swarm_serve_requests_total Requests answered, by route and status.",
        "# TYPE swarm_serve_requests_total counter",
        ...[...requests.values()]
          .toSorted((left, right) =>
            `${left.route} ${left.status}` < `${right.route} ${right.status}` ? -1 : 1,
          )
          .map(({ route, status, count }) =>
            sample("requests_total", { route, status: String(status) }, count),
          ),
        "# HELP swarm_serve_request_seconds Time from a request's last byte to its answer.",
        "# TYPE swarm_serve_request_seconds histogram",
        ...BOUNDS.map((bound, index) =>
          sample("request_seconds_bucket", { le: String(bound) }, durations.buckets[index] ?? 0),
        ),
        sample("request_seconds_bucket", { le: "+Inf" }, durations.count),
        sample("request_seconds_sum", {}, durations.sum),
        sample("request_seconds_count", {}, durations.count),
        "# HELP swarm_serve_predictions_total Rows scored.",
        "# TYPE swarm_serve_predictions_total counter",
        sample("predictions_total", {}, predictions),
        "# HELP swarm_serve_model_info The model that answers.",
        "# TYPE swarm_serve_model_info gauge",
        sample("model_info", { name: facts.name, digest: facts.digest }, 1),
        "# HELP swarm_serve_resident_memory_bytes Resident memory of the process.",
        "# TYPE swarm_serve_resident_memory_bytes gauge",
        sample("resident_memory_bytes", {}, facts.residentBytes),
        "# HELP swarm_serve_uptime_seconds Seconds since the server started.",
        "# TYPE swarm_serve_uptime_seconds gauge",
        sample("uptime_seconds", {}, facts.uptimeSeconds),
      ];
      return `${lines.join("\n")}\n`;
    },
  };
}

function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
  return `swarm_serve_${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
