import Foundation

/// A socket that listens on a port of 127.0.0.1 and never answers, until it goes out of scope.
public struct LoopbackListener: ~Copyable {
    public let port: Int
    private let descriptor: Int32

    public struct Failure: Error, CustomStringConvertible {
        let operation: String
        let code: Int32
        public var description: String { "\(operation) on 127.0.0.1 failed with errno \(code)" }
    }

    public init() throws(Failure) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(operation: "socket", code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // A sockaddr_in is what a sockaddr of family AF_INET is: the C interface wants the general type.
        let failure: Failure? = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                guard bind(descriptor, general, length) == 0 else { return Failure(operation: "bind", code: errno) }
                guard listen(descriptor, 8) == 0 else { return Failure(operation: "listen", code: errno) }
                guard getsockname(descriptor, general, &length) == 0
                else { return Failure(operation: "getsockname", code: errno) }
                return nil
            }
        }
        if let failure {
            close(descriptor)
            throw failure
        }
        self.descriptor = descriptor
        self.port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}

/// A port of 127.0.0.1 on which nothing listened a moment ago: for programs that cannot choose one themselves.
public func freePort() throws -> Int { try LoopbackListener().port }
