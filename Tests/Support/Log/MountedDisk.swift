import Foundation
import Glibc

/// File systems of a test's own, to be filled, and to lose their power.
public enum MountedDisk {
    /// Whether this process may mount a file system in memory.
    public static let hasMemory: Bool = {
        guard geteuid() == 0 else { return false }
        let path = FileManager.default.temporaryDirectory.path + "/sagascope-mount-\(getpid())"
        guard mkdir(path, 0o700) == 0 else { return false }
        defer { rmdir(path) }
        guard mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0 else { return false }
        return umount2(path, 0) == 0
    }()

    /// Whether it can have a disk in a file too.
    public static let hasLoop = hasMemory && access("/dev/loop-control", R_OK | W_OK) == 0 && hasMake

    private static var hasMake: Bool { (try? Tool("mkfs.ext4")) != nil }

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Mounts at a new directory, which is gone after `body`, as is what was mounted.
    static func at<Result>(
        _ directory: URL, mounted: () async throws -> Void, isolation: isolated (any Actor)? = #isolation,
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try await mounted()
        defer { _ = umount2(directory.path, Int32(MNT_DETACH)) }
        return try await body(directory.path)
    }

    static func run(_ tool: String, _ arguments: [String]) async throws {
        let ended = try await Tool(tool).run(arguments)
        guard ended.exitCode == 0 else { throw Failure(description: "\(tool) \(arguments): \(ended.text)") }
    }
}

/// A file system in memory of this size, for which there has to be ``MountedDisk/hasMemory``.
public func withMemoryDisk<Result>(
    kilobytes: Int, isolation: isolated (any Actor)? = #isolation, _ body: (String) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        let path = directory.appending(path: "memory")
        return try await MountedDisk.at(path) {
            guard mount("tmpfs", path.path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else {
                throw MountedDisk.Failure(description: "cannot mount tmpfs: \(String(cString: strerror(errno)))")
            }
        } _: {
            try await body($0)
        }
    }
}

/// A disk in a file, with ext4 on it, for which there has to be ``MountedDisk/hasLoop``.
public struct LoopDisk: Sendable {
    public let image: String
    public let path: String

    /// Makes the file system.
    public init(in directory: String, megabytes: Int, options: [String] = []) async throws {
        image = directory + "/disk.image"
        path = directory + "/disk"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let descriptor = open(image, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0, ftruncate(descriptor, off_t(megabytes << 20)) == 0 else {
            throw MountedDisk.Failure(description: "cannot make \(image)")
        }
        close(descriptor)
        try await MountedDisk.run("mkfs.ext4", ["-q", "-F"] + options + [image])
    }

    public func mount() async throws { try await MountedDisk.run("mount", ["-o", "loop", image, path]) }

    public func remount(_ options: String) async throws {
        try await MountedDisk.run("mount", ["-o", "remount," + options, path])
    }

    public func unmount() async throws { try await MountedDisk.run("umount", [path]) }

    /// Whoever still uses it goes on with what nobody else sees.
    public func abandon() { _ = umount2(path, Int32(MNT_DETACH)) }

    /// When the power went, in monotonic ns.
    public struct Cut: Sendable {
        /// What was synced before is there.
        public let began: UInt64
        public let ended: UInt64
    }

    /// Cuts the power: what was not synced is lost, and nothing is written from here on (EXT4_IOC_SHUTDOWN, without the
    /// journal's last flush).
    public func cutPower() throws -> Cut {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw MountedDisk.Failure(description: "cannot open \(path)") }
        defer { close(descriptor) }
        var withoutFlush: UInt32 = 2
        let began = monotonic()
        guard ioctl(descriptor, 0x8004_587D, &withoutFlush) == 0 else {
            throw MountedDisk.Failure(description: "no power to cut: \(String(cString: strerror(errno)))")
        }
        return Cut(began: began, ended: monotonic())
    }

    private func monotonic() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }
}

/// A mounted disk in a file below a new directory; all of it is gone after `body`.
public func withLoopDisk<Result>(
    megabytes: Int, isolation: isolated (any Actor)? = #isolation, _ body: (LoopDisk) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        let disk = try await LoopDisk(in: directory.path, megabytes: megabytes)
        try await disk.mount()
        defer { disk.abandon() }
        return try await body(disk)
    }
}
