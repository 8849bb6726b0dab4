internal import CSagascope

/// The name of a function as people read it, and whose function it is.
///
/// `(2) await resume partial function for generic specialization <…> of shop.Checkout.charge(_: Order, at: Date) async
/// throws -> ()` becomes `shop.Checkout.charge(_:at:)`: one name for all parts that a compiler makes of one function,
/// with the module and the labels, without types, generics and effects. `swift_demangle` has no options for that, so it
/// is done on its text.
struct FunctionName: Equatable {
    var text: String
    /// Of the standard library or the runtime, or made by the compiler: nothing the program's author wrote.
    var isSystem: Bool
    /// A function or closure that can suspend, as far as its name tells.
    var isAsync: Bool

    init(_ text: String, isSystem: Bool, isAsync: Bool = false) {
        self.text = text
        self.isSystem = isSystem
        self.isAsync = isAsync
    }

    /// - Parameter symbol: as the symbol table has it.
    init(symbol: UnsafePointer<CChar>) {
        if let demangled = Self.takeString(sgs_demangle_swift(symbol)) {
            self.init(demangled: demangled)
        } else if let demangled = Self.takeString(sgs_demangle_cxx(symbol)) {
            self.init(cxx: demangled)
        } else {
            self.init(plain: String(cString: symbol))
        }
    }

    private static func takeString(_ memory: UnsafeMutablePointer<CChar>?) -> String? {
        guard let memory else { return nil }
        defer { sgs_free_string(memory) }
        return String(cString: memory)
    }

    /// A name of Swift, demangled.
    init(demangled: String) {
        var parser = DemangledName(demangled)
        let entity = parser.readEntity()
        let isSystem = parser.isThunk || entity.module.map(SystemCode.modules.contains) ?? true
        let text = parser.isThunk ? "thunk for \(entity.text)" : entity.text
        self.init(text, isSystem: isSystem, isAsync: parser.isAsync)
    }

    /// A name of C++, demangled: without its parameters. The runtime's functions are in its namespace or take its
    /// types.
    private init(cxx demangled: String) {
        let name = demangled.prefix { $0 != "(" }
        self.init(name.isEmpty ? demangled : String(name), isSystem: demangled.contains("swift::"))
    }

    /// A name of C.
    private init(plain name: String) {
        // The compiler's start of an async `main`, in parts.
        let text = name.hasPrefix("async_MainT") ? "async_Main" : name
        self.init(text, isSystem: SystemCode.prefixes.contains { name.hasPrefix($0) })
    }
}

/// What belongs to the system. With `-static-stdlib` all of it is in the executable, so the file alone does not tell.
enum SystemCode {
    static let modules: Set<Substring> = [
        "Swift", "_Concurrency", "_StringProcessing", "_RegexParser", "Synchronization", "Observation", "Distributed",
        "Dispatch", "Foundation", "FoundationEssentials", "FoundationInternationalization", "FoundationNetworking",
        "FoundationXML", "Glibc", "Musl", "SwiftGlibc", "Builtin", "__C", "Runtime", "SwiftShims",
        // Ours: what stands around a user's saga is no part of it.
        "SagaInstrumentation", "SagaTasks", "SagaTelemetry", "TaskInspection", "Sagascope",
    ]

    /// Of C functions: the runtime's, libdispatch's, those of libc that threads begin in, the compiler's start of
    /// `main`, our own trampolines.
    static let prefixes = [
        "swift_", "_swift_", "__swift_", "dispatch_", "_dispatch_", "pthread_", "__pthread_", "start_thread", "clone",
        "__libc_",
        "_start", "async_Main", "sgs_",
    ]

    private static let libraries = [
        "libswift", "libdispatch", "libBlocksRuntime", "libFoundation", "lib_Foundation", "lib_Internal", "libc.",
        "libc-",
        "libm.", "libpthread", "libstdc++", "libgcc_s", "ld-linux", "ld-musl", "linux-vdso", "libTesting", "libXCTest",
    ]

    /// - Parameter file: the name of a library or executable, without directories.
    static func owns(file: String) -> Bool { libraries.contains { file.hasPrefix($0) } }
}
