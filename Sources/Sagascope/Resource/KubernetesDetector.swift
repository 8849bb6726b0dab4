import SagaTelemetry

/// The pod, as the downward API tells it: variables, or files of a volume.
///
/// Kubernetes fixes no names for the variables. Those that begin with `K8S_` are always read; the common short ones only in
/// a pod, since elsewhere they may mean anything. What is told by a variable stands before what a file says.
/// Sources: semantic conventions, "Kubernetes"; kubernetes.io, "Downward API".
enum KubernetesDetector {
    /// Attribute, variables in the order of asking (the first of each is the unmistakable one), and a file.
    private static let sources: [(attribute: String, variables: [String], file: String?)] = [
        ("k8s.pod.name", ["K8S_POD_NAME", "POD_NAME", "MY_POD_NAME"], "/etc/podinfo/name"),
        ("k8s.pod.uid", ["K8S_POD_UID", "POD_UID", "MY_POD_UID"], "/etc/podinfo/uid"),
        (
            "k8s.namespace.name", ["K8S_NAMESPACE_NAME", "K8S_NAMESPACE", "POD_NAMESPACE", "MY_POD_NAMESPACE"],
            "/etc/podinfo/namespace"
        ),
        ("k8s.node.name", ["K8S_NODE_NAME", "NODE_NAME", "MY_NODE_NAME"], nil),
        ("k8s.container.name", ["K8S_CONTAINER_NAME", "CONTAINER_NAME"], nil),
        ("k8s.deployment.name", ["K8S_DEPLOYMENT_NAME"], nil),
        ("k8s.statefulset.name", ["K8S_STATEFULSET_NAME"], nil),
        ("k8s.job.name", ["K8S_JOB_NAME"], nil),
        ("k8s.cronjob.name", ["K8S_CRONJOB_NAME"], nil),
        ("k8s.cluster.name", ["K8S_CLUSTER_NAME"], nil),
    ]

    static func attributes(in surroundings: Surroundings) -> [String: AttributeValue] {
        let isPod = surroundings.variable("KUBERNETES_SERVICE_HOST") != nil
        var found: [String: AttributeValue] = [:]
        for source in sources {
            let variables = source.variables.filter { isPod || $0.hasPrefix("K8S_") }
            let told = variables.lazy.compactMap { surroundings.variable($0) }.first
            if let value = told ?? source.file.flatMap({ surroundings.line($0) }) {
                found[source.attribute] = .string(value)
            }
        }
        guard isPod else { return found }
        if found["k8s.namespace.name"] == nil, let namespace = surroundings.line(serviceAccountNamespace) {
            found["k8s.namespace.name"] = .string(namespace)
        }
        if found["k8s.pod.uid"] == nil, let uid = podUID(mounts: surroundings.read("/proc/self/mountinfo") ?? "") {
            found["k8s.pod.uid"] = .string(uid)
        }
        return found
    }

    /// Mounted into every pod that may talk to its cluster.
    private static let serviceAccountNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

    /// The kubelet keeps a pod's volumes, and each container's termination log, below `…/pods/<uid>/`.
    private static func podUID(mounts: String) -> String? {
        for line in mounts.split(whereSeparator: \.isNewline) {
            let fields = line.split(separator: " ")
            guard fields.count > 4 else { continue }
            let root = fields[3].split(separator: "/")
            for (folder, part) in zip(root, root.dropFirst()) where folder == "pods" && isUUID(part) {
                return String(part)
            }
        }
        return nil
    }

    private static func isUUID(_ text: Substring) -> Bool {
        text.split(separator: "-", omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12]
            && text.allSatisfy { $0 == "-" || $0.isHexDigit }
    }
}
