/** What the operator decides; everything about safety is fixed. */
export interface ServingPlan {
  name: string;
  /** With its digest: `registry/name@sha256:…`. */
  image: string;
  port: number;
  /** User and group of the image. */
  user: number;
  /** Undefined leaves the number to the autoscaler, so that applying again does not fight it. */
  replicas: number | undefined;
  minReplicas: number;
  maxReplicas: number;
  /** Quantities as Kubernetes writes them: `250m`, `256Mi`. */
  cpu: string;
  memory: string;
  cpuTargetPercent: number;
}

/** Seconds that a pod goes on answering after SIGTERM while it says that it is not ready. */
const DRAIN_SECONDS = 5;

/**
 * Deployment, Service, HorizontalPodAutoscaler, PodDisruptionBudget and NetworkPolicy of a packaged model. The pods
 * meet the `restricted` Pod Security Standard and more: no write access to their own file system, no token of the
 * cluster, no way out to the network.
 */
export function kubernetesObjects(plan: ServingPlan) {
  const labels = {
    "app.kubernetes.io/name": plan.name,
    "app.kubernetes.io/component": "model-server",
    "app.kubernetes.io/managed-by": "swarm",
  };
  const selector = { "app.kubernetes.io/name": plan.name, "app.kubernetes.io/component": "model-server" };
  const metadata = { name: plan.name, labels };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        ...(plan.replicas === undefined ? {} : { replicas: plan.replicas }),
        revisionHistoryLimit: 5,
        selector: { matchLabels: selector },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: { metadata: { labels }, spec: podSpec(plan, selector) },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        type: "ClusterIP",
        selector,
        ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }],
      },
    },
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: plan.name },
        minReplicas: plan.minReplicas,
        maxReplicas: plan.maxReplicas,
        metrics: [
          {
            type: "Resource",
            resource: {
              name: "cpu",
              target: { type: "Utilization", averageUtilization: plan.cpuTargetPercent },
            },
          },
        ],
        behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      // One pod at a time may go: `minAvailable` would block every drain of a node when one replica is left.
      spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata,
      spec: {
        podSelector: { matchLabels: selector },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [{ podSelector: {} }], ports: [{ port: plan.port, protocol: "TCP" }] }],
        egress: [],
      },
    },
  ];
}

function podSpec(plan: ServingPlan, selector: Readonly<Record<string, string>>) {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: plan.user,
      runAsGroup: plan.user,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selector },
      },
    ],
    containers: [
      {
        name: "model-server",
        image: plan.image,
        imagePullPolicy: "IfNotPresent",
        ports: [{ name: "http", containerPort: plan.port, protocol: "TCP" }],
        env: [
          { name: "PORT", value: String(plan.port) },
          { name: "DRAIN_SECONDS", value: String(DRAIN_SECONDS) },
        ],
        resources: {
          requests: { cpu: plan.cpu, memory: plan.memory },
          limits: { cpu: plan.cpu, memory: plan.memory },
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          privileged: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          capabilities: { drop: ["ALL"] },
          seccompProfile: { type: "RuntimeDefault" },
        },
        startupProbe: probe("/v2/health/live", { periodSeconds: 1, failureThreshold: 60 }),
        livenessProbe: probe("/v2/health/live", { periodSeconds: 10, failureThreshold: 3 }),
        readinessProbe: probe("/v2/health/ready", { periodSeconds: 2, failureThreshold: 2 }),
      },
    ],
  };
}

function probe(path: string, times: { periodSeconds: number; failureThreshold: number }) {
  return { httpGet: { path, port: "http" }, timeoutSeconds: 2, ...times };
}
