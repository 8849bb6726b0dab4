/// One function of an async stack: where the task goes on when what is called from there has returned.
public struct StackFrame: Codable, Sendable, Equatable, Hashable {
    /// Where the code lies in memory.
    public var address: UInt64
    /// Demangled, without types, `shop.Checkout.charge(_:at:)`; nil where the binary has no symbol for it.
    public var function: String?
    /// The file name of the executable or library.
    public var module: String?
    /// From the beginning of `module`, for symbolizing elsewhere.
    public var offset: UInt64
    /// With its directories, as the compiler was given it.
    public var file: String?
    public var line: Int?
    /// Part of the standard library or the concurrency runtime, or made by the compiler; not of the program.
    public var isSystem: Bool

    public init(
        address: UInt64, function: String? = nil, module: String? = nil, offset: UInt64 = 0, file: String? = nil,
        line: Int? = nil, isSystem: Bool = false
    ) {
        self.address = address
        self.function = function
        self.module = module
        self.offset = offset
        self.file = file
        self.line = line
        self.isSystem = isSystem
    }

    enum CodingKeys: String, CodingKey {
        case address, function, module, offset, file, line
        case isSystem = "system"
    }
}
