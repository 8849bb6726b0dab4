internal import CSagascope

/// The file of a module: its symbols and its debug information. Not for two threads at once.
///
/// Why an own reader of ELF and DWARF: `dladdr` knows exported symbols only, and nearly every part of an async function
/// is private. The toolchain's `Runtime` module does read debug information, but its interface is not public, and it
/// takes 2.6 ms a stack. `sgs_image` is quick in debug builds of the program too, and never leaves the bytes of the file,
/// whatever they are.
final class ModuleImage {
    private let image: OpaquePointer

    /// - Parameters:
    ///   - headers: the program headers that the file must have; empty: any.
    ///   - buildID: that it must have; empty: any.
    /// - Returns: nil when it cannot be read, is no ELF file, or is another one.
    init?(path: String, headers: [UInt8] = [], buildID: [UInt8] = []) {
        guard let image = sgs_image_open(path, headers, headers.count, buildID, buildID.count) else { return nil }
        self.image = image
    }

    deinit { sgs_image_close(image) }

    /// Bytes, without the mapped file.
    var memory: Int { sgs_image_memory(image) }

    /// One function at an address, with the place in its source.
    struct Place: Equatable {
        var function: FunctionName
        var file: String?
        var line: Int?
    }

    /// The functions at `address`, which counts as in the file; inlined ones first, the innermost at the front. Empty
    /// where no symbol covers it.
    func places(at address: UInt64) -> [Place] {
        var function = sgs_function()
        guard sgs_image_function(image, address, &function) else { return [] }
        let outermost = FunctionName(symbol: function.name)
        // Strings of a source live as long as the image.
        let sources = withUnsafeTemporaryAllocation(of: sgs_source.self, capacity: Self.depth) { sources in
            let count = sgs_image_sources(image, &function, address, sources.baseAddress, sources.count)
            return sources[..<count].map { source in
                Place(
                    function: source.function.map { FunctionName(symbol: $0) } ?? outermost,
                    file: Self.path(of: source), line: source.line > 0 ? Int(source.line) : nil)
            }
        }
        guard sources.count > 1 else { return sources.isEmpty ? [Place(function: outermost)] : sources }
        // A task waits in async functions. Others that were inlined at the same place run when it goes on.
        let inlined = sources.dropLast()
        return Array(function.is_resume_point ? inlined.drop { !$0.function.isAsync } : inlined) + sources.suffix(1)
    }

    /// Functions at one address, at most: the 32 inlined ones that are looked for, and the one they are in.
    private static let depth = 33

    private static func path(of source: sgs_source) -> String? {
        guard source.line > 0, let name = source.name else { return nil }
        var path = String(cString: name)
        for directory in [source.directory, source.root] where !path.hasPrefix("/") {
            guard let directory, directory.pointee != 0 else { continue }
            path = String(cString: directory) + "/" + path
        }
        return path.contains("<compiler-generated>") ? nil : path
    }
}
