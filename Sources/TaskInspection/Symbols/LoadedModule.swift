internal import CSagascope

/// The executable or a library, as it lies in this process's memory.
public struct LoadedModule: Codable, Sendable, Equatable {
    public var path: String
    /// Hexadecimal: by it, a stripped binary finds its debug information. nil where it was linked without one.
    public var buildID: String?
    /// What the loader added to the addresses in the file: ``StackFrame/offset`` counts from here.
    public var base: UInt64

    public init(path: String, buildID: String?, base: UInt64) {
        self.path = path
        self.buildID = buildID
        self.base = base
    }

    enum CodingKeys: String, CodingKey {
        case path, base
        case buildID = "build_id"
    }

    /// Without directories.
    var file: String { String(path.split(separator: "/").last ?? "?") }
}

/// A module with what it takes to find its file again and to tell that it is the same one.
struct MappedModule: Sendable {
    let module: LoadedModule
    let addresses: Range<UInt64>
    fileprivate let headers: [UInt8]
    fileprivate let buildID: [UInt8]

    /// What is loaded now, by address.
    static func all() -> [MappedModule] {
        var modules: [MappedModule] = []
        withUnsafeMutablePointer(to: &modules) { modules in
            // Called before sgs_each_module returns, so the pointer is valid.
            sgs_each_module(modules) { modules, found in
                guard let modules, let found else { return }
                modules.assumingMemoryBound(to: [MappedModule].self).pointee.append(MappedModule(found.pointee))
            }
        }
        return modules.sorted { $0.addresses.lowerBound < $1.addresses.lowerBound }
    }

    /// Changes when code was loaded or unloaded.
    static var version: UInt64 { sgs_modules_version() }

    /// - Parameter found: valid during the call, as are the bytes it points to.
    private init(_ found: sgs_module) {
        let name = found.path.map { String(cString: $0) } ?? ""
        buildID = [UInt8](UnsafeRawBufferPointer(start: found.build_id, count: found.build_id_length))
        headers = [UInt8](UnsafeRawBufferPointer(start: found.headers, count: found.headers_length))
        addresses = found.start..<found.end
        isExecutable = name.isEmpty
        module = LoadedModule(
            path: name.isEmpty ? Self.executablePath : name, buildID: buildID.isEmpty ? nil : hexadecimal(buildID),
            base: found.base)
    }

    private let isExecutable: Bool

    /// Opens under its own name also when the file was replaced or removed since the start.
    private static let executable = "/proc/self/exe"

    private static let executablePath: String = {
        var path = [CChar](repeating: 0, count: 4096)
        let length = sgs_link_target(executable, &path, path.count)
        guard length > 0 else { return executable }
        let target = String(decoding: path[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let deleted = " (deleted)"
        return target.hasSuffix(deleted) ? String(target.dropLast(deleted.count)) : target
    }()

    /// nil when its file cannot be read, or is not the one that was loaded.
    func open() -> ModuleImage? {
        ModuleImage(path: isExecutable ? Self.executable : module.path, headers: headers, buildID: buildID)
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
