#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension ProcessIdentity {
    /// This process.
    static var current: ProcessIdentity {
        let path = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { bytes, count in
            let memory = UnsafeMutableRawBufferPointer(bytes)
            let length = memory.withMemoryRebound(to: CChar.self) {
                $0.baseAddress.map { readlink("/proc/self/exe", $0, Int(PATH_MAX)) } ?? 0
            }
            count = max(0, length)
        }
        let name = path.split(separator: UInt8(ascii: "/")).last ?? []
        return ProcessIdentity(id: getpid(), name: name.isEmpty ? "unknown" : String(decoding: name, as: UTF8.self))
    }
}
