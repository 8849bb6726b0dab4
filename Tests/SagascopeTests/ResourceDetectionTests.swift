import SagaTelemetry
import Testing

@testable import Sagascope

/// Each detector, shown the files and variables of real machines.
struct ResourceDetectionTests {
    private static let container = "3f5c1d1f8a8e4d0b9a1c6e7d2b4f5a6978c0d1e2f3a4b5c6d7e8f90a1b2c3d4e"

    private func machine(_ files: [String: String] = [:], _ environment: [String: String] = [:]) -> Surroundings {
        Surroundings(
            environment: environment, arguments: ["/app/checkout", "--token", "s3cret"], processID: 42,
            executablePath: "/app/checkout", instanceID: "627cc493-f310-47de-96bd-71410b7dec09", read: { files[$0] })
    }

    // MARK: container

    @Test(arguments: [
        "12:pids:/docker/\(container)\n1:name=systemd:/docker/\(container)\n",
        "1:name=systemd:/system.slice/docker-\(container).scope\n",
        "11:memory:/kubepods/burstable/pod8f3a2c1e-1111-2222-3333-444455556666/\(container)\n",
        "4:cpu:/kubepods.slice/kubepods-pod8f3a.slice/cri-containerd-\(container).scope\n",
        "4:cpu:/system.slice/containerd.service/kubepods-burstable-pod8f3a.slice:cri-containerd:\(container)\n",
        "4:cpu:/kubepods.slice/crio-\(container).scope\n",
        "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(container).scope/container\n",
        "9:perf_event:/\n4:cpu:/ecs/8e1b2c3d4f5a69788e1b2c3d4f5a6978/\(container)\n",
    ])
    func findsTheContainerInTheCgroup(cgroup: String) {
        let found = ResourceDetection.container.attributes(in: machine(["/proc/self/cgroup": cgroup]))
        #expect(found == ["container.id": .string(Self.container)])
    }

    @Test func findsTheContainerOfFargate() {
        let cgroup = "4:cpu:/ecs/8e1b2c3d4f5a69788e1b2c3d4f5a6978/8e1b2c3d4f5a69788e1b2c3d4f5a6978-1234567890\n"
        let found = ResourceDetection.container.attributes(in: machine(["/proc/self/cgroup": cgroup]))
        #expect(found["container.id"] == .string("8e1b2c3d4f5a69788e1b2c3d4f5a6978-1234567890"))
    }

    @Test(arguments: [
        "1200 1190 254:1 /docker/containers/\(container)/hostname /etc/hostname rw - ext4 /dev/vda1 rw\n",
        "985 961 0:24 /containers/storage/overlay-containers/\(container)/userdata/hostname /etc/hostname rw - tmpfs\n",
        "983 961 8:1 /var/lib/docker/containers/\(container)/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw\n",
    ])
    func findsTheContainerInTheMountsWhereTheCgroupIsTheRoot(mounts: String) {
        let files = [
            "/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": "22 1 0:21 / /proc rw - proc proc rw\n" + mounts,
        ]
        let found = ResourceDetection.container.attributes(in: machine(files))
        #expect(found == ["container.id": .string(Self.container)])
    }

    /// A sandbox of containerd is the pod; a mount of another container's folder is not this one's.
    @Test(arguments: [
        "0::/user.slice/user-1000.slice/session-2.scope\n", "0::/init.scope\n", "", "nonsense\n::\n0::",
        "1:name=systemd:/docker/\(container.uppercased())\n", "1:name=systemd:/docker/\(container)ff\n",
    ])
    func findsNoContainerOutsideOfOne(cgroup: String) {
        let mounts = """
            1 2 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/\(Self.container)/hostname /etc/hostname rw -
            3 2 8:1 / /var/lib/docker/containers/\(Self.container)/shm rw - tmpfs shm rw
            short line
            """
        let files = ["/proc/self/cgroup": cgroup, "/proc/self/mountinfo": mounts]
        #expect(ResourceDetection.container.attributes(in: machine(files)).isEmpty)
    }

    // MARK: host and operating system

    @Test func describesTheHost() {
        let found = ResourceDetection.host.attributes(
            in: machine([
                "/proc/sys/kernel/hostname": "web-3\n", "/etc/machine-id": "8f2e6c0d4b1a49d3a7c5e9f0b1d2c3e4\n",
            ]))
        #expect(found["host.name"] == .string("web-3"))
        #expect(found["host.id"] == .string("8f2e6c0d4b1a49d3a7c5e9f0b1d2c3e4"))
        #expect(found["host.arch"] != nil)
    }

    @Test func theMachineIDOfAContainerIsNotTheHosts() {
        let found = ResourceDetection.host.attributes(
            in: machine([
                "/etc/machine-id": "8f2e6c0d4b1a49d3a7c5e9f0b1d2c3e4\n",
                "/proc/self/cgroup": "0::/docker-\(Self.container).scope\n",
            ]))
        #expect(found["host.id"] == nil)
    }

    @Test(arguments: ["uninitialized\n", "", "\n", "8f2e6c0d"])
    func aMachineIDThatIsNoneIsLeftOut(text: String) {
        let files = ["/etc/machine-id": text, "/var/lib/dbus/machine-id": "00000000000000000000000000000001\n"]
        let found = ResourceDetection.host.attributes(in: machine(files))
        #expect(found["host.id"] == .string("00000000000000000000000000000001"))
    }

    @Test func describesTheOperatingSystem() {
        let release = """
            # a comment
            PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
            NAME='Debian GNU/Linux'
              VERSION_ID=13
            HOME_URL="https://www.debian.org/"
            ODD="say \\"hi\\" for \\$5"
            EMPTY=
            no equals sign
            """
        let found = ResourceDetection.operatingSystem.attributes(in: machine(["/usr/lib/os-release": release]))
        #expect(
            found == [
                "os.type": "linux", "os.name": "Debian GNU/Linux", "os.version": "13",
                "os.description": "Debian GNU/Linux 13 (trixie)",
            ])
        #expect(OperatingSystemDetector.fields(of: release)["ODD"] == "say \"hi\" for $5")
        #expect(ResourceDetection.operatingSystem.attributes(in: machine()) == ["os.type": "linux"])
    }

    // MARK: process

    @Test func describesTheProcessWithoutItsArguments() {
        let found = ResourceDetection.standard.attributes(in: machine())
        #expect(found["process.pid"] == .int(42))
        #expect(found["process.executable.name"] == .string("checkout"))
        #expect(found["process.executable.path"] == .string("/app/checkout"))
        #expect(found["process.runtime.name"] == .string("swift") && found["process.runtime.version"] != nil)
        #expect(found["service.instance.id"] == .string("627cc493-f310-47de-96bd-71410b7dec09"))
        #expect(found["process.command_args"] == nil)
    }

    /// What the kernel says of a program whose file was replaced while it runs.
    @Test func aReplacedExecutableKeepsItsName() {
        var surroundings = machine()
        surroundings.executablePath = "/app/checkout (deleted)"
        let found = ResourceDetection.process.attributes(in: surroundings)
        #expect(found["process.executable.name"] == .string("checkout"))
        #expect(found["process.executable.path"] == .string("/app/checkout"))
    }

    @Test func tellsTheArgumentsWhenAskedTo() {
        let found = ResourceDetection.commandArguments.attributes(in: machine())
        #expect(found == ["process.command_args": .array(["/app/checkout", "--token", "s3cret"])])
    }

    // MARK: Kubernetes

    @Test func readsTheDownwardAPIFromVariables() {
        let found = ResourceDetection.kubernetes.attributes(
            in: machine(
                ["/etc/podinfo/name": "another"],
                [
                    "KUBERNETES_SERVICE_HOST": "10.0.0.1", "POD_NAME": "checkout-7d9f-x2x4p", "K8S_POD_UID": "u-1",
                    "POD_NAMESPACE": "shop", "NODE_NAME": "node-a", "K8S_CONTAINER_NAME": "app", "CONTAINER_NAME": "b",
                    "K8S_CLUSTER_NAME": "",
                ]))
        #expect(
            found == [
                "k8s.pod.name": "checkout-7d9f-x2x4p", "k8s.pod.uid": "u-1", "k8s.namespace.name": "shop",
                "k8s.node.name": "node-a", "k8s.container.name": "app",
            ])
    }

    @Test func readsTheDownwardAPIFromFiles() {
        let uid = "8f3a2c1e-1111-2222-3333-444455556666"
        let files = [
            "/etc/podinfo/name": "checkout-7d9f-x2x4p",
            "/var/run/secrets/kubernetes.io/serviceaccount/namespace": "shop",
            "/proc/self/mountinfo":
                "5 4 8:1 /var/lib/kubelet/pods/\(uid)/containers/app/4a5b /dev/termination-log rw - ext4 /dev/sda1 rw\n",
        ]
        let found = ResourceDetection.kubernetes.attributes(in: machine(files, ["KUBERNETES_SERVICE_HOST": "10.0.0.1"]))
        #expect(
            found == [
                "k8s.pod.name": "checkout-7d9f-x2x4p", "k8s.pod.uid": .string(uid), "k8s.namespace.name": "shop",
            ])
    }

    @Test func theShortNamesMeanNothingOutsideOfAPod() {
        let environment = ["NODE_NAME": "build-agent", "POD_NAME": "x", "K8S_POD_NAME": "told"]
        #expect(ResourceDetection.kubernetes.attributes(in: machine([:], environment)) == ["k8s.pod.name": "told"])
    }

    // MARK: the set, and who wins

    @Test func aSettingNamesTheDetectors() {
        #expect(ResourceDetection("all") == .standard)
        #expect(ResourceDetection("none") == [])
        #expect(ResourceDetection("") == [])
        #expect(ResourceDetection(" host, os ,command_args") == [.host, .operatingSystem, .commandArguments])
        #expect(ResourceDetection("all,command_args") == ResourceDetection.standard.union(.commandArguments))
        #expect(ResourceDetection("host,hots") == nil)
        for (name, detection) in ResourceDetection.names { #expect(ResourceDetection(name) == detection) }
    }

    @Test func whatIsSetStandsBeforeWhatIsFound() throws {
        var configuration = try SagascopeConfiguration(environment: [
            "OTEL_RESOURCE_ATTRIBUTES": "host.name=from-environment,k8s.pod.name=from-environment",
            "K8S_POD_NAME": "found", "K8S_NODE_NAME": "found",
        ])
        configuration.resourceAttributes["k8s.pod.name"] = "from-code"
        let attributes = configuration.resource.attributes
        #expect(attributes["host.name"] == .string("from-environment"))
        #expect(attributes["k8s.pod.name"] == .string("from-code"))
        #expect(attributes["k8s.node.name"] == .string("found"))
        configuration.resourceDetection = []
        #expect(configuration.resource.attributes["k8s.node.name"] == nil)
        #expect(configuration.resource.attributes["telemetry.sdk.name"] == .string("sagascope"))
    }

    /// What the machine of this test has: two looks answer the same, and the instance is a version 4 UUID.
    @Test func thisProcessIsTheSameAtEachLook() throws {
        let first = SagascopeConfiguration().resource.attributes
        #expect(first == SagascopeConfiguration().resource.attributes)
        guard case .string(let id) = first["service.instance.id"] else {
            Issue.record("no instance id")
            return
        }
        let groups = id.split(separator: "-").map(\.count)
        #expect(groups == [8, 4, 4, 4, 12] && id.dropFirst(14).first == "4" && id == id.lowercased())
        #expect(first["os.type"] == .string("linux") && first["process.executable.path"] != nil)
    }

    /// A file that is a pipe, or not there, or a folder.
    @Test func aFileThatCannotBeReadIsNone() {
        let surroundings = Surroundings.process()
        #expect(surroundings.read("/nowhere/at/all") == nil)
        #expect(surroundings.read("/etc") == nil)
        #expect(surroundings.read("/dev/zero") == nil)
        #expect(surroundings.read("/proc/self/cgroup") != nil)
    }
}
