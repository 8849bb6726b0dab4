import SagaTelemetry

/// The container, by what the kernel tells a process inside it: its cgroup (version 1), or its mounts (version 2, where a
/// process sees its cgroup as the root).
///
/// Source: semantic conventions, "Container"; proc_pid_cgroup(5), proc_pid_mountinfo(5).
enum ContainerDetector {
    static func attributes(in surroundings: Surroundings) -> [String: AttributeValue] {
        guard let id = identifier(in: surroundings) else { return [:] }
        return ["container.id": .string(id)]
    }

    static func identifier(in surroundings: Surroundings) -> String? {
        identifier(cgroup: surroundings.read("/proc/self/cgroup") ?? "")
            ?? identifier(mounts: surroundings.read("/proc/self/mountinfo") ?? "")
    }

    /// Lines `hierarchy:controllers:path`; the last part of the path is the container, with what its runtime puts around:
    /// `docker-<id>.scope`, `cri-containerd-<id>.scope`, `crio-<id>.scope`, `libpod-<id>.scope`.
    private static func identifier(cgroup: String) -> String? {
        for line in cgroup.split(whereSeparator: \.isNewline) {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            // podman runs its programs in a group `container` below the container's own.
            for part in fields[2].split(separator: "/").reversed() where part != "container" {
                if let id = identifier(part: part) { return id }
                break
            }
        }
        return nil
    }

    private static func identifier(part: Substring) -> String? {
        var part = part
        // containerd without systemd: `pod:slice:cri-containerd:<id>`.
        if let colon = part.lastIndex(of: ":") { part = part[part.index(after: colon)...] }
        if part.hasSuffix(".scope") { part = part.dropLast(6) }
        if isIdentifier(part) { return String(part) }
        guard let dash = part.lastIndex(of: "-") else { return nil }
        let last = part[part.index(after: dash)...]
        if isIdentifier(last) { return String(last) }
        // Amazon ECS on Fargate: 32 digits, a dash, and a number.
        let first = part[..<dash]
        guard first.count == 32, first.allSatisfy(\.isHexDigit), !last.isEmpty, last.allSatisfy(\.isNumber) else {
            return nil
        }
        return String(part)
    }

    /// Runtimes mount `/etc/hostname` and its like from a directory of the container: `…/containers/<id>/hostname`. The
    /// directory `sandboxes/<id>` of containerd is the pod's, not the container's.
    private static func identifier(mounts: String) -> String? {
        for line in mounts.split(whereSeparator: \.isNewline) {
            // mount id, parent id, device, root, mount point, …
            let fields = line.split(separator: " ")
            guard fields.count > 4 else { continue }
            let root = fields[3].split(separator: "/")
            for (folder, part) in zip(root, root.dropFirst())
            where (folder == "containers" || folder == "overlay-containers") && isIdentifier(part) {
                return String(part)
            }
        }
        return nil
    }

    private static func isIdentifier(_ part: Substring) -> Bool {
        part.count == 64 && part.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }
}
