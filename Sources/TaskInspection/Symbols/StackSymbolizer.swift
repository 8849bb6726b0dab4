import Synchronization

/// Names the frames of async stacks: functions, files and lines for addresses of this process's code.
///
/// The file of a module is opened when the first address in it is asked for, and kept: tens of milliseconds for a large
/// one. An address takes tens of microseconds the first time, and is remembered. Any address is allowed.
public final class StackSymbolizer: Sendable {
    public static let shared = StackSymbolizer()

    /// Addresses that are remembered; beyond it those that were not asked for lately are forgotten.
    static let limit = 65_536

    private let cache: Mutex<FrameCache>
    /// Held while an address is looked up for the first time, which may read files. What is remembered needs the other
    /// lock only, which is never held for long.
    private let resolver = Mutex(FrameResolver())

    /// - Parameter limit: addresses that are remembered.
    init(limit: Int = StackSymbolizer.limit) {
        cache = Mutex(FrameCache(limit: limit))
    }

    /// What code lies at a resume address: one frame, or several where functions were inlined, innermost first. Never
    /// empty: without a symbol there is a frame with module and offset, outside of all code one with the address alone.
    public func frames(at address: UInt64) -> [StackFrame] {
        if let known = cache.withLock({ $0[address] }) { return known }
        let frames = resolver.withLock { resolver in
            if resolver.update() { cache.withLock { $0.removeAll() } }
            return resolver.frames(at: address)
        }
        cache.withLock { $0[address] = frames }
        return frames
    }

    /// The frames of a whole stack, one after the other.
    /// - Parameter addresses: innermost first, as ``frames(at:)`` takes them.
    public func stack(_ addresses: some Sequence<UInt64>) -> [StackFrame] {
        addresses.flatMap { frames(at: $0) }
    }

    /// What code is loaded now, by address.
    public func modules() -> [LoadedModule] { MappedModule.all().map(\.module) }

    /// Bytes of the tables of symbols and debug information.
    var memory: Int { resolver.withLock { $0.memory } }
}

/// The frames of addresses, in two generations: when the younger is half of the limit, it becomes the older, and that
/// one is forgotten. What is asked for again moves to the younger one.
struct FrameCache {
    private let half: Int
    private var young: [UInt64: [StackFrame]] = [:]
    private var old: [UInt64: [StackFrame]] = [:]

    var count: Int { young.count + old.count }

    init(limit: Int) { half = max(1, limit / 2) }

    subscript(address: UInt64) -> [StackFrame]? {
        mutating get {
            if let frames = young[address] { return frames }
            guard let frames = old[address] else { return nil }
            insert(frames, at: address)
            return frames
        }
        set { if let newValue { insert(newValue, at: address) } }
    }

    private mutating func insert(_ frames: [StackFrame], at address: UInt64) {
        if young.count >= half {
            old = young
            young = [:]
        }
        young[address] = frames
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }
}

/// Looks addresses up in the files of the modules.
private struct FrameResolver {
    private var modules: [MappedModule] = []
    private var version: UInt64?
    /// By the module's first address; nil for those whose file is not to be had.
    private var images: [UInt64: ModuleImage?] = [:]

    /// - Returns: whether code was loaded or unloaded since the last time, so that frames found before may be wrong.
    mutating func update() -> Bool {
        let now = MappedModule.version
        guard now != version else { return false }
        version = now
        modules = MappedModule.all()
        images = [:]
        return true
    }

    mutating func frames(at address: UInt64) -> [StackFrame] {
        guard let mapped = module(at: address) else { return [StackFrame(address: address, offset: address)] }
        let start = mapped.addresses.lowerBound
        let image: ModuleImage?
        if let known = images[start] {
            image = known
        } else {
            image = mapped.open()
            images[start] = .some(image)
        }
        let module = mapped.module
        let file = module.file
        let offset = address &- module.base
        let isLibrary = SystemCode.owns(file: file)
        let places = image?.places(at: offset) ?? []
        guard !places.isEmpty else {
            return [StackFrame(address: address, module: file, offset: offset, isSystem: isLibrary)]
        }
        return places.map { place in
            StackFrame(
                address: address, function: place.function.text, module: file, offset: offset, file: place.file,
                line: place.line, isSystem: isLibrary || place.function.isSystem)
        }
    }

    private func module(at address: UInt64) -> MappedModule? {
        modules.last { $0.addresses.contains(address) }
    }

    var memory: Int { images.values.reduce(0) { $0 + ($1?.memory ?? 0) } }
}

extension [StackFrame] {
    /// The innermost frame that the program's author wrote: not the standard library's, nor the compiler's.
    public var topUserFrame: StackFrame? { first { !$0.isSystem } }
}
